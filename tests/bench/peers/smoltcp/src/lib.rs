//! smoltcp from crates.io as a stack under measurement: see ../peer.h.

use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::tcp;
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};

const SENDER: i32 = 0;
const WRITE_SIZE: usize = 8192;
const PORT: u16 = 5001;
const BUFFER_SIZE: usize = 65536;

extern "C" {
    fn wire_lend(end: i32) -> *mut u8;
    fn wire_send(end: i32, size: usize);
    fn wire_next(end: i32, size: *mut usize) -> *const u8;
    fn wire_release(end: i32);
    static mut peer_written: u64;
    static mut peer_read: u64;
    static mut peer_outgoing: [u8; WRITE_SIZE];
    static mut peer_incoming: [u8; WRITE_SIZE];
}

struct Wire {
    end: i32,
}

struct Arrived {
    end: i32,
    frame: *const u8,
    size: usize,
}

struct Lent {
    end: i32,
    memory: *mut u8,
}

impl RxToken for Arrived {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        let result = f(unsafe { core::slice::from_raw_parts(self.frame, self.size) });
        unsafe { wire_release(self.end) };
        result
    }
}

impl TxToken for Lent {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, size: usize, f: F) -> R {
        let result = f(unsafe { core::slice::from_raw_parts_mut(self.memory, size) });
        unsafe { wire_send(self.end, size) };
        result
    }
}

impl Wire {
    fn lend(&self) -> Option<Lent> {
        let memory = unsafe { wire_lend(self.end) };
        (!memory.is_null()).then_some(Lent { end: self.end, memory })
    }
}

impl Device for Wire {
    type RxToken<'a> = Arrived;
    type TxToken<'a> = Lent;

    fn receive(&mut self, _: Instant) -> Option<(Arrived, Lent)> {
        let lent = self.lend()?;
        let mut size = 0;
        let frame = unsafe { wire_next(self.end, &mut size) };
        (!frame.is_null()).then_some((Arrived { end: self.end, frame, size }, lent))
    }

    fn transmit(&mut self, _: Instant) -> Option<Lent> {
        self.lend()
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.max_transmission_unit = 1514;
        capabilities.medium = Medium::Ethernet;
        capabilities
    }
}

struct End {
    wire: Wire,
    interface: Interface,
    sockets: SocketSet<'static>,
    handle: SocketHandle,
}

static mut ENDS: [Option<End>; 2] = [None, None];

fn new_end(end: i32, seed: u64, cubic: bool) -> End {
    let mut wire = Wire { end };
    let mac = EthernetAddress([2, 0, 0, 0, 0, end as u8 + 1]);
    let mut config = Config::new(mac.into());
    config.random_seed = seed + end as u64;
    let mut interface = Interface::new(config, &mut wire, Instant::ZERO);
    interface.update_ip_addrs(|addresses| {
        addresses.push(IpCidr::new(IpAddress::v4(10, 0, 0, end as u8 + 1), 24)).unwrap();
    });
    let buffer = || tcp::SocketBuffer::new(vec![0; BUFFER_SIZE]);
    let mut socket = tcp::Socket::new(buffer(), buffer());
    if cubic {
        socket.set_congestion_control(tcp::CongestionControl::Cubic);
    }
    if end == SENDER {
        socket.connect(interface.context(), (IpAddress::v4(10, 0, 0, 2), PORT), 49152).unwrap();
    } else {
        socket.listen(PORT).unwrap();
    }
    let mut sockets = SocketSet::new(vec![]);
    let handle = sockets.add(socket);
    End { wire, interface, sockets, handle }
}

/// Makes both ends.
#[no_mangle]
pub extern "C" fn smoltcp_start(seed: u64, cubic: bool) {
    for end in 0..2 {
        unsafe { *(&raw mut ENDS[end]) = Some(new_end(end as i32, seed, cubic)) };
    }
}

fn write_all(socket: &mut tcp::Socket) {
    while socket.can_send() && socket.send_capacity() - socket.send_queue() >= WRITE_SIZE {
        let bytes = unsafe { &*(&raw const peer_outgoing) };
        unsafe { peer_written += socket.send_slice(bytes).unwrap() as u64 };
    }
}

fn read_all(socket: &mut tcp::Socket) {
    while socket.can_recv() {
        let bytes = unsafe { &mut *(&raw mut peer_incoming) };
        unsafe { peer_read += socket.recv_slice(bytes).unwrap() as u64 };
    }
}

/// When it wants to be called again; u64::MAX: only after a frame.
#[no_mangle]
pub extern "C" fn smoltcp_step(end: i32, now_us: u64) -> u64 {
    let now = Instant::from_micros(now_us as i64);
    let this = unsafe { (&mut *(&raw mut ENDS[end as usize])).as_mut().unwrap() };
    this.interface.poll(now, &mut this.wire, &mut this.sockets);
    let socket = this.sockets.get_mut::<tcp::Socket>(this.handle);
    if end == SENDER {
        write_all(socket);
    } else {
        read_all(socket);
    }
    match this.interface.poll_at(now, &this.sockets) {
        Some(at) => at.total_micros() as u64,
        None => u64::MAX,
    }
}
