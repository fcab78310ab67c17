"""A network, its traffic and its faults, drawn from a seed; and the topology file (docs/topology.md) that says so."""
import json
import random

START_MS = 5


def share(random_, most):
    """Often none, else up to `most`, small ones more often."""
    return 0 if random_.random() < 0.4 else round(most * random_.random() ** 2, 5)


def link(random_):
    return {"kind": "link", "delay": f"{random_.choice([0.05, 0.5, 2, 10, 40])}ms",
            "jitter": f"{random_.choice([0, 0, 0.1, 1])}ms",
            **({"rate": f"{random_.choice([1, 5, 20, 50])}M", "queue": random_.choice([8, 32, 64])}
               if random_.random() < 0.4 else {}),
            "lose": share(random_, 0.05), "duplicate": share(random_, 0.02), "reorder": share(random_, 0.03),
            "corrupt": share(random_, 0.02), "mangle": share(random_, 0.005)}


def medium(random_, kind):
    if kind == "link":
        return link(random_)
    if kind == "switch":
        return {"kind": kind, "rate": random_.choice([10, 100, 100]), "queue": random_.choice([8, 64]),
                "pause": random_.choice(["yes", "no"])}
    drawn = {"kind": kind, "errors": random_.choice([0, 0, 1e-7, 1e-6, 1e-5])}
    if kind == "bus":
        drawn["spacing"] = random_.choice([3, 25, 100])
    else:
        drawn |= {"rate": random_.choice([10, 100, 100]), "length": random_.choice([1, 10, 100])}
    return drawn


def program(random_, server):
    """What a client does with a server."""
    at = f"{START_MS + random_.randrange(20)}ms"
    kind = random_.choice(["stream", "stream", "get", "ask", "discard"])
    if kind == "ask":
        size = random_.choice([8, 100, 1472, 3000])
        interval = random_.choice([1, 5, 20] if size < 1000 else [8, 20])  # 10 Mb/s must carry it
        return {"ask": server, "count": random_.choice([10, 20]), "size": size, "interval": f"{interval}ms", "at": at}
    size = int(10 ** random_.uniform(0, 4.6))
    if kind == "get":
        return {"get": f"http://{server}/bytes/{size}", "times": random_.choice([1, 1, 3]), "at": at}
    return {"stream": f"{server}:{9 if kind == 'discard' else 7}", "bytes": size, "at": at}


def local(random_):
    """All hosts on one medium; or on a switch and a hub behind it."""
    kind = random_.choice(["cable", "bus", "hub", "switch", "link", "switch+hub"])
    media = {"net": medium(random_, kind.split("+")[0])}
    places = ["net"]
    if kind == "switch+hub":
        media["behind"] = medium(random_, "hub")
        media["net"]["joins"] = ["behind"]
        places.append("behind")
    count = 2 if kind in ("cable", "link") else random_.randint(2, 4)
    hosts = {f"h{i}": {"on": random_.choice(places), "address": f"10.0.0.{i + 1}/24"} for i in range(count)}
    return media, hosts, ["10.0.0.1"]


def routed(random_):
    """Two networks, and one or two routers between them."""
    media = {"left": medium(random_, random_.choice(["switch", "hub"])),
             "right": medium(random_, random_.choice(["switch", "hub"]))}
    hosts = {"h0": {"on": "left", "address": "10.1.0.1/24", "gateway": "10.1.0.254"},
             "h1": {"on": "right", "address": "10.4.0.1/24", "gateway": "10.4.0.254"}}
    if random_.random() < 0.5:
        hosts["r0"] = {"forwarding": "yes", "adapters": [{"on": "left", "address": "10.1.0.254/24"},
                                                         {"on": "right", "address": "10.4.0.254/24"}]}
    else:
        media["between"] = medium(random_, "link")
        mtu = {"mtu": random_.choice([576, 1000, 1500])}
        hosts["r0"] = {"forwarding": "yes",
                       "adapters": [{"on": "left", "address": "10.1.0.254/24"},
                                    {"on": "between", "address": "10.2.0.1/24", **mtu}],
                       "routes": [{"to": "10.4.0.0/24", "via": "10.2.0.2"}]}
        hosts["r1"] = {"forwarding": "yes",
                       "adapters": [{"on": "between", "address": "10.2.0.2/24", **mtu},
                                    {"on": "right", "address": "10.4.0.254/24"}],
                       "routes": [{"to": "10.1.0.0/24", "via": "10.2.0.1"}]}
    return media, hosts, ["10.1.0.1", "10.4.0.1"]


def faults(random_, media, hosts):
    """Cables cut and plugs pulled, and all of it put right again."""
    drawn = []
    for _ in range(random_.choice([0, 0, 1, 2])):
        at = random_.randrange(START_MS, 60)
        back = at + random_.choice([1, 10, 100, 1500])
        cuttable = [name for name, one in media.items() if one["kind"] != "switch"]
        if cuttable and random_.random() < 0.6:
            name = random_.choice(cuttable)
            drawn += [{"at": f"{at}ms", "cut": name}, {"at": f"{back}ms", "mend": name}]
        else:
            name = random_.choice(sorted(hosts))
            drawn += [{"at": f"{at}ms", "unplug": name}, {"at": f"{back}ms", "plug": name}]
    return drawn


def old_part(random_, media, hosts, servers):
    """10 Mb/s and half duplex beside 100 and full: a bus or an old hub at the switch, with hosts of its own."""
    if media.get("net", {}).get("kind") != "switch" or random_.random() < 0.5:
        return
    media["old"] = medium(random_, random_.choice(["bus", "hub"]))
    if media["old"]["kind"] == "hub":
        media["old"]["rate"] = 10
    media["net"] |= {"rate": 100, "joins": [*media["net"].get("joins", []), "old"]}
    for i in range(random_.choice([1, 2])):
        hosts[f"o{i}"] = {"on": "old", "address": f"10.0.0.{i + 20}/24",
                          "runs": [program(random_, random_.choice(servers))]}


def resets(random_, hosts):
    """Adapters that forget all, and hosts that begin anew; then connections break, and others are made."""
    drawn = []
    for _ in range(random_.choice([0, 0, 1, 2])):
        at = random_.choice([random_.randrange(START_MS, 60), random_.randrange(60, 3000)])
        drawn.append({"at": f"{at}ms", random_.choice(["reset", "reboot"]): random_.choice(sorted(hosts))})
    for host in hosts.values() if drawn else []:
        for run in host.get("runs", []):
            if "stream" in run or "get" in run:
                run["tries"] = 20
    return drawn


def clocks(random_, hosts):
    """No two quartzes are alike."""
    for host in hosts.values():
        drift = random_.choice([0, 0, -20, 50, -100, 100, 1000])
        if drift:
            host["drift"] = f"{drift}ppm"


def draw(seed):
    """The topology of this seed, as what a YAML file holds."""
    random_ = random.Random(seed)
    media, hosts, servers = (routed if random_.random() < 0.3 else local)(random_)
    addresses = {host.get("address", "").split("/")[0]: host for host in hosts.values()}
    for address in servers:
        addresses[address]["runs"] = [{"serve": ["echo", "discard", "http"]}]
    for address, host in addresses.items():
        others = [server for server in servers if server != address]
        if address and others:
            host.setdefault("runs", []).extend(
                program(random_, random_.choice(others)) for _ in range(random_.choice([1, 1, 2])))
    for host in hosts.values():
        if random_.random() < 0.4:
            host["adapter"] = "direct"
    drawn = faults(random_, media, hosts)
    # A stream of random numbers of their own: what came before them is drawn as ever.
    random_ = random.Random(f"{seed} resets, clocks, old parts")
    old_part(random_, media, hosts, servers)
    clocks(random_, hosts)
    drawn += resets(random_, hosts)
    return {"seed": seed, "limit": "10min", "media": media, "hosts": hosts, "faults": drawn}


def text(scene):
    """As a file; JSON is YAML."""
    return json.dumps(scene, indent=1)


def smaller(scene):
    """Every scene that has one thing less, the largest things first."""
    for name, host in scene["hosts"].items():
        for index in range(len(host.get("runs", []))):
            if "serve" in host["runs"][index]:
                continue
            less = json.loads(text(scene))
            del less["hosts"][name]["runs"][index]
            yield less
    for index, fault in enumerate(scene["faults"]):
        if "mend" in fault or "plug" in fault:
            continue
        less = json.loads(text(scene))
        del less["faults"][index:index + (2 if "cut" in fault or "unplug" in fault else 1)]
        yield less
    joined = [name for medium_ in scene["media"].values() for name in medium_.get("joins", [])]
    for name, host in scene["hosts"].items():
        if "adapters" in host or "runs" in host or scene["media"][host["on"]]["kind"] in ("cable", "link"):
            continue
        less = json.loads(text(scene))
        del less["hosts"][name]
        yield less
    for name, one in scene["media"].items():
        for key in ("lose", "duplicate", "reorder", "corrupt", "mangle", "errors", "jitter", "rate"):
            if one.get(key) and name not in joined and not (key == "rate" and one["kind"] != "link"):
                less = json.loads(text(scene))
                del less["media"][name][key]
                yield less
    for name, host in scene["hosts"].items():
        for index, run in enumerate(host.get("runs", [])):
            for key in ("bytes", "count", "times"):
                if run.get(key, 1) > 1:
                    less = json.loads(text(scene))
                    less["hosts"][name]["runs"][index][key] = run[key] // 2
                    yield less
        if host.get("drift"):
            less = json.loads(text(scene))
            del less["hosts"][name]["drift"]
            yield less
        if host.get("adapter") != "direct":
            less = json.loads(text(scene))
            less["hosts"][name]["adapter"] = "direct"
            yield less
