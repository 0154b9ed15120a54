#!/usr/bin/env python3
"""Scoring a text beside transformers, in turns, two threads each: tokens scored a second, the likelihoods compared first.

    venv/bin/python tests/bench/score_peer.py build/release MODEL-FOLDER TEXT [window] [repetitions]

Both sides: the end-of-document token, then the text, in windows of which half is new, as many at once as 2048 tokens hold; fp32.
"""
import statistics
import subprocess
import sys
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

build, folder, text_file = sys.argv[1:4]
window = int(sys.argv[4]) if len(sys.argv) > 4 else 1024
repetitions = int(sys.argv[5]) if len(sys.argv) > 5 else 5
torch.set_num_threads(2)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
tokenizer = AutoTokenizer.from_pretrained(folder)
text = open(text_file, encoding="utf-8", newline="").read()
ids = [tokenizer.eos_token_id] + tokenizer(text, add_special_tokens=False)["input_ids"]


def windows():
    done, targets = 0, len(ids) - 1
    while done < targets:
        end = min(targets, window if done == 0 else done + window // 2)
        begin = max(0, end - window)
        yield ids[begin : end + 1], end - done
        done = end


@torch.no_grad()
def peer():
    begin = time.perf_counter()
    parts = sorted(windows(), key=lambda part: -len(part[0]))
    total, i = 0.0, 0
    while i < len(parts):
        length = len(parts[i][0])
        batch = parts[i : i + max(1, 2048 // (length - 1))]
        tokens = torch.tensor([part + [0] * (length - len(part)) for part, _ in batch])
        logits = model(tokens[:, :-1]).logits
        for row, (part, scored) in enumerate(batch):
            last = len(part) - 1
            loss = torch.nn.functional.cross_entropy(logits[row, last - scored : last], tokens[row, last + 1 - scored : last + 1], reduction="sum")
            total += loss.item()
        i += len(batch)
    return total, (len(ids) - 1) / (time.perf_counter() - begin)


def ours():
    printed = subprocess.run([f"{build}/bench/bench_score", folder, text_file, str(window)], capture_output=True, check=True, text=True)
    nll, rate, tokens = printed.stdout.split()
    assert int(tokens) == len(ids) - 1
    return float(nll), float(rate)


likelihood = {"ours": ours()[0], "peer": peer()[0]}
print(f"{len(ids) - 1} tokens, nats: {likelihood}")
assert abs(likelihood["ours"] - likelihood["peer"]) <= 1e-4 * likelihood["peer"]
rates = {"ours": [], "peer": []}
for _ in range(repetitions):
    rates["ours"].append(ours()[1])
    rates["peer"].append(peer()[1])
median = {side: statistics.median(values) for side, values in rates.items()}
print(f"ours {median['ours']:.0f} tokens/s, transformers {median['peer']:.0f}, ratio {median['ours'] / median['peer']:.2f}")
