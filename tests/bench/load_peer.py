#!/usr/bin/env python3
"""Reading a model beside transformers' from_pretrained: process after process, in turns, from a warm page cache.

    venv/bin/python tests/bench/load_peer.py build/release MODEL-FOLDER [repetitions]

The sums of the logits of 16 tokens are compared first. "read": until the call comes back, which in transformers maps the file and reads
nothing; "used": until those logits are there; "process": the same with the start of the program and its imports.
"""
import statistics
import subprocess
import sys
import time

PEER = """
import sys, time
import torch
from transformers import AutoModelForCausalLM
torch.set_num_threads(2)
begin = time.perf_counter()
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32)
read = time.perf_counter() - begin
with torch.no_grad():
    total = model(torch.arange(16)[None]).logits.double().sum().item()
print(read, time.perf_counter() - begin, total)
"""

build, model = sys.argv[1:3]
repetitions = int(sys.argv[3]) if len(sys.argv) > 3 else 5
sides = {"ours": [f"{build}/bench/bench_load", model], "peer": [sys.executable, "-c", PEER, model]}


def once(side):
    begin = time.perf_counter()
    printed = subprocess.run(sides[side], capture_output=True, check=True, text=True).stdout.split()
    return [float(number) for number in printed] + [time.perf_counter() - begin]


sums = {side: once(side)[2] for side in sides}
print("sums of logits:", sums)
assert abs(sums["ours"] - sums["peer"]) <= 1e-4 * abs(sums["peer"])
runs = {side: [] for side in sides}
for _ in range(repetitions):
    for side in sides:
        runs[side].append(once(side))
for name, place in (("read", 0), ("used", 1), ("process", 3)):
    ours, peer = (statistics.median(run[place] for run in runs[side]) for side in ("ours", "peer"))
    print(f"{name}: ours {ours:.3f} s, transformers {peer:.3f} s, ratio {peer / ours:.1f}")
