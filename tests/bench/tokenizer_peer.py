#!/usr/bin/env python3
"""Moebel's tokenizers beside Hugging Face's on the same text, one thread each, in turns; ids are compared first.

    venv/bin/python tests/bench/tokenizer_peer.py build/release TOKENIZER.json TEXT [repetitions]
"""
import json
import os
import statistics
import subprocess
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import Tokenizer

build, file, text_file = sys.argv[1:4]
repetitions = int(sys.argv[4]) if len(sys.argv) > 4 else 5
peer = Tokenizer.from_file(file)
data = open(text_file, encoding="utf-8", newline="").read()
lines = data.split("\n")
lines = [line + "\n" for line in lines[:-1]] + [lines[-1]] * bool(lines[-1])

inputs = "\n".join(json.dumps(line) for line in lines) + "\n"
ours = subprocess.run([f"{build}/bin/moebel", "tokenize", "--tokenizer", file, "--no-special"], input=inputs.encode(),
                      capture_output=True, check=True).stdout.decode().split("\n")[:-1]
differing = sum(json.loads(a)["ids"] != peer.encode(b, add_special_tokens=False).ids for a, b in zip(ours, lines))
print(f"{len(lines)} lines, {len(data.encode()) / 1e6:.1f} MB, {differing} lines with other ids")

rates = {"ours": [], "peer": []}
for _ in range(repetitions):
    begin = time.process_time()
    for line in lines:
        peer.encode(line, add_special_tokens=False)
    rates["peer"].append(len(data.encode()) / 1e6 / (time.process_time() - begin))
    printed = subprocess.run([f"{build}/bench/bench_tokenizer", file, text_file, "1"], capture_output=True, check=True).stdout
    rates["ours"].append(float(printed.split()[0]))
median = {side: statistics.median(values) for side, values in rates.items()}
print(f"ours {median['ours']:.2f} MB/s, tokenizers {median['peer']:.2f} MB/s, ratio {median['ours'] / median['peer']:.1f}")
