#!/usr/bin/env python3
"""Loads models that `moebel export` wrote with transformers and compares them with `moebel logits`.

    python3 -m venv venv && venv/bin/pip install torch==2.15.0 transformers==5.23.0 safetensors==0.8.0 sentencepiece
    venv/bin/python tests/golden/check_export.py build/release/bin/moebel MODEL_OR_RUN ...

Exports each model, asks both sides for the logits of the same ids (fp32, largest difference 1e-4), compares the experts of every
token, and generates a few tokens with and without the cache of keys and values. The last line says how many models were equal.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file
from torch.nn import functional as F
from transformers import AutoModelForCausalLM, AutoTokenizer

TOLERANCE = 1e-4
TEXTS = ["Hello, world!", " Καλημέρα κόσμε", "jó reggelt\n\nfüzet", "12 günaydın 世界", ""]


def check_padding(loaded, sequences, model: str) -> None:
    """A batch padded on the left gives what each sequence gives alone."""
    longest = max(len(ids) for ids in sequences)
    ids = torch.stack([F.pad(each, (longest - len(each), 0)) for each in sequences])
    mask = torch.stack([F.pad(torch.ones_like(each), (longest - len(each), 0)) for each in sequences])
    with torch.no_grad():
        together = loaded(ids, attention_mask=mask).logits
        for each, logits in zip(sequences, together):
            difference = (loaded(each[None]).logits[0] - logits[longest - len(each):]).abs().max().item()
            assert difference <= TOLERANCE, f"{model}: padding changes the logits by {difference:.2e}"


def check(moebel: str, model: str, folder: pathlib.Path) -> None:
    out = folder / "export"
    subprocess.run([moebel, "export", model, "--out", out], check=True, stdout=subprocess.DEVNULL)
    loaded = AutoModelForCausalLM.from_pretrained(out, trust_remote_code=True, dtype=torch.float32).eval()
    generator = torch.Generator().manual_seed(5)
    longest = min(40, loaded.config.max_position_embeddings - 8)
    sequences = [torch.randint(0, loaded.config.vocab_size, (length,), generator=generator) for length in (1, 9, longest)]
    (folder / "ids.json").write_text(json.dumps({"input_ids": [ids.tolist() for ids in sequences]}))
    subprocess.run([moebel, "logits", "--model", model, "--ids", folder / "ids.json", "--out", folder / "logits.safetensors"],
                   check=True, stdout=subprocess.DEVNULL)
    ours = load_file(folder / "logits.safetensors")
    largest = 0.0
    with torch.no_grad():
        for i, ids in enumerate(sequences):
            output = loaded(ids[None])
            largest = max(largest, (output.logits[0] - ours[f"logits.{i}"]).abs().max().item())
            for layer, scores in enumerate(getattr(output, "router_scores", None) or ()):
                if scores is not None:
                    largest = max(largest, (scores - ours[f"router.{i}.{layer}"]).abs().max().item())
        generated = [loaded.generate(sequences[1][None], max_new_tokens=6, do_sample=False, use_cache=cached, pad_token_id=0,
                                     eos_token_id=None) for cached in (True, False)]
    assert largest <= TOLERANCE, f"{model}: largest difference {largest:.2e}"
    scope = getattr(loaded.config, "language_classifier_scope", None) if getattr(loaded.config, "language_classifiers", None) else None
    # A classifier that sees the whole sequence decides anew about all of it with every token, unless the cache keeps what it was.
    assert scope == "sequence" or torch.equal(*generated), f"{model}: another text with the cache than without"
    if type(loaded).__name__ == "MoebelForCausalLM":
        check_padding(loaded, sequences, model)
    print(f"{model}: {type(loaded).__name__}, largest difference {largest:.1e}", end="")
    if not (out / "tokenizer_config.json").exists():
        return print(", no tokenizer")
    tokenizer = AutoTokenizer.from_pretrained(out)
    lines = subprocess.run([moebel, "tokenize", "--no-special", "--tokenizer", out], check=True, capture_output=True, text=True,
                           input="".join(json.dumps(text) + "\n" for text in TEXTS)).stdout.splitlines()
    wrong = [text for text, line in zip(TEXTS, lines)
             if tokenizer(text, add_special_tokens=False).input_ids != json.loads(line)["ids"]]
    assert not wrong, f"{model}: other ids for {wrong}"
    print(f", {len(TEXTS)} texts have the same ids")


if __name__ == "__main__":
    for name in sys.argv[2:]:
        with tempfile.TemporaryDirectory() as temporary:
            check(sys.argv[1], name, pathlib.Path(temporary))
    print(f"{len(sys.argv) - 2} models are equal")
