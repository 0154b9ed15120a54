#!/usr/bin/env python3
"""Makes small tokenizers in the configuration of every supported family and what Hugging Face's tokenizers does with them.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3
    venv/bin/python tests/golden/make_tokenizers.py [family ...]

tests/golden/tokenizers/<family>.json is the tokenizer; <family>.golden.json holds for every text of texts.json the ids with and
without the marks around it, and the decoded texts with and without special tokens. The texts are made here: a sentence about
bread in many languages, runs of every script's letters, and texts that tokenizers stumble over.
"""
import json
import pathlib
import random
import sys
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

FOLDER = pathlib.Path(__file__).parent / "tokenizers"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"

SENTENCES = """The bread is warm, and 3 children eat it. | El pan está caliente y 3 niños lo comen. | Το ψωμί είναι ζεστό και 3 παιδιά το τρώνε.
A kenyér meleg, és 3 gyerek eszi. | Ekmek sıcak ve 3 çocuk onu yiyor. | 面包是热的，3个孩子在吃。 | パンは温かく、3人の子どもが食べます。 | 빵은 따뜻하고 아이 3명이 먹는다.
الخبز دافئ ويأكله ٣ أطفال. | הלחם חם ושלושה ילדים אוכלים אותו. | रोटी गरम है और ३ बच्चे खाते हैं। | রুটি গরম, ৩টি শিশু খায়। | ரொட்டி சூடாக இருக்கிறது. | రొట్టె వేడిగా ఉంది.
ರೊಟ್ಟಿ ಬಿಸಿಯಾಗಿದೆ. | റൊട്ടി ചൂടാണ്. | રોટલી ગરમ છે. | ਰੋਟੀ ਗਰਮ ਹੈ। | රොටි උණුසුම්. | ขนมปังอุ่นและเด็ก๓คนกิน | ເຂົ້າຈີ່ອຸ່ນ | ပေါင်မုန့်ပူတယ်။ | នំប៉័ងក្តៅ។ | པག་ལེབ་ཚ་པོ།
პური თბილია. | Հացը տաք է։ | Хлеб тёплый, и трое детей едят его. | Хліб теплий. | Хлябът е топъл. | Лебот е топол. | Талх дулаан. | Нан жылы. | Chleb jest ciepły. | Chléb je teplý.
Brød er varmt. | Brauðið er heitt. | Leipä on lämmintä. | Duona šilta. | Maize ir silta. | Leib on soe. | Bánh mì ấm và 3 đứa trẻ ăn. | Roti itu hangat. | Mainit ang tinapay. | Mkate ni moto.
Burodi gbona. | Gurasa yana da zafi. | ዳቦው ሞቃት ነው። | نان گرم است. | روٹی گرم ہے۔ | ډوډۍ ګرمه ده. | ܠܚܡܐ ܚܡ | ⵜⵓⵎⵎⵉⵜ | ᏚᏅᎪᎭ ᏧᏓᏪᎸ | ᐸᓛᐤ ᑮᔑᑌᐤ | Pâinea e caldă. | O pão está quente. | Le pain est chaud, n'est-ce pas ? | Das Brot ist heiß.
Il pane è caldo. | Het brood is warm. | Brödet är varmt. | Buka e bukë. | Kruh je topao. | Is te an t-arán. | Mae'r bara'n gynnes. | La pano estas varma. | ޕާން ހޫނު | ᠲᠠᠯᠬᠠ | ꦫꦺꦴꦠꦶ | ߓߎߙߎ | 𐐺𐑉𐐯𐐼 | 𞤄𞤵𞤪𞤵"""

HOSTILE = ["", " ", "  ", "\n", "\n\n\n", "\r\n \r\n", "\t \t", " a", "a ", "  a  b   c    ", "I'm you'RE we'Ve 'S 'ſ don't", "\u00a0\u2003\u3000x\u200b\u180e y",
           "e\u0301 \u00e9 \u1e9b\u0323 \ufb01 \uff21", "\u0301\u0302\u0303", "👩‍👩‍👧‍👦 👍🏽 🇬🇷🇭🇺 ☃️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "a\u0000b\u0001\u007f\u0085c", "\u202eabc\u202c \u2066x\u2069", "﷽ ﷺ",
           "12345678901234567890", "1,234.56 ٣٤٥ ५६ ⅷ ² ½ 五", "3.14159e-10 0xFF", "foo_bar-baz.qux@example.com", "https://example.org/a?b=c&d=%20#e", "if (x<1) {\n    return y;\n}\n",
           "\n \n  \n   x", "x\n\n  y\r\n\tz", "...!!!???", "。，、।۔،", "(a|b) [c]", "\\\"'`´", "<s> text </s>", "<|endoftext|>after", "a<|endoftext|> b<|endoftext|>",
           "  <mask>  x<mask>y", "newword newwords anewword new word", "NEWWORD Newword", "▁under▁score", "<0x41><0xFF>", "Ġhello Ċ", "\ufffd\ufeffx", "𠀀𪛖𝕏𝟘", "ǅ ß ẞ İ ı ſ",
           "ะาำ เเ กำ", "क्षत्रिय र्‍क", "á" * 40, "ab" * 300, "a" * 2000, " " * 300, "\n" * 200, "-" * 500, "1" * 100, "é" * 333, "字" * 257, "a b " * 200, "😀" * 100, "\u0300" * 100]


def texts() -> list:
    result = [s.strip() for line in SENTENCES.splitlines() for s in line.split("|")]
    letters = {}
    for code in range(0x21, 0x1F000):
        c = chr(code)
        if unicodedata.category(c) in ("Lu", "Ll", "Lo", "Lm", "Mn", "Mc", "Nd"):
            letters.setdefault(unicodedata.name(c, "?").split()[0], []).append(c)
    picked = random.Random(5)
    for script in sorted(letters):
        if len(letters[script]) >= 20:
            words = ["".join(picked.choices(letters[script], k=picked.randint(1, 8))) for _ in range(5)]
            result.append(" ".join(words))
    return result + HOSTILE


def trained(tokenizer, size, **settings):
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, **settings)
    tokenizer.train_from_iterator([t for t in texts() if t] * 3, trainer)
    return tokenizer


def byte_level(size, *steps, add_prefix_space=False, **settings):
    tokenizer = Tokenizer(models.BPE(**settings))
    last = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space, use_regex=not steps or steps[-1] == "regex")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([s for s in steps if s != "regex"] + [last]) if steps else last
    tokenizer.decoder = decoders.ByteLevel()
    return trained(tokenizer, size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def gpt2():
    tokenizer = byte_level(700)
    tokenizer.add_special_tokens(["<|endoftext|>"])
    tokenizer.add_tokens([AddedToken("newword", single_word=True), AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def roberta():
    tokenizer = byte_level(600, add_prefix_space=True)
    tokenizer.add_special_tokens(["<s>", "</s>", AddedToken("<mask>", lstrip=True, rstrip=True)])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", tokenizer.token_to_id("</s>")), ("<s>", tokenizer.token_to_id("<s>")))
    return tokenizer


def llama3():
    tokenizer = byte_level(700, split(LLAMA3), ignore_merges=True)
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|endoftext|>"])
    begin = tokenizer.token_to_id("<|begin_of_text|>")
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True), processors.TemplateProcessing(
        single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|> $B", special_tokens=[("<|begin_of_text|>", begin)])])
    return tokenizer


def qwen2():
    tokenizer = byte_level(700, split(QWEN2))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.add_special_tokens(["<|endoftext|>"])
    tokenizer.add_tokens(["newword"])
    return tokenizer


def smollm():
    tokenizer = byte_level(700, pre_tokenizers.Digits(individual_digits=True), "regex")
    tokenizer.add_special_tokens(["<|endoftext|>"])
    return tokenizer


def bloom():
    tokenizer = byte_level(700, split(BLOOM))
    tokenizer.add_special_tokens(["<s>", "</s>"])
    return tokenizer


def sentence_piece_like(normalizer, pre_tokenizer, decoder, **settings):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True, **settings))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")  # to train with: one word at a time
    bytes_ = [f"<0x{i:02X}>" for i in range(256)]
    trained(tokenizer, 900, special_tokens=["<unk>", "<s>", "</s>"] + bytes_, limit_alphabet=300)
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [t for t in data["added_tokens"] if not t["content"].startswith("<0x")]
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoder
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    return tokenizer


def llama2():
    return sentence_piece_like(
        normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), None,
        decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]))


def mistral():
    return sentence_piece_like(
        None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False),
        decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]))


def gemma():
    tokenizer = sentence_piece_like(
        normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous"),
        decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]))
    tokenizer.add_tokens([AddedToken("\n" * n, normalized=False) for n in range(1, 6)] + [AddedToken("▁" * n, normalized=False) for n in range(2, 6)])
    return tokenizer


FAMILIES = {"gpt-2": gpt2, "roberta": roberta, "llama-3": llama3, "qwen-2": qwen2, "smollm": smollm, "bloom": bloom, "llama-2": llama2,
            "mistral": mistral, "gemma": gemma}


def make(name):
    tokenizer = FAMILIES[name]()
    (FOLDER / f"{name}.json").write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":")) + "\n")
    tokenizer = Tokenizer.from_str((FOLDER / f"{name}.json").read_text())
    golden = []
    for text in texts():
        framed, plain = tokenizer.encode(text).ids, tokenizer.encode(text, add_special_tokens=False).ids
        golden.append({"ids": plain, "framed": framed if framed != plain else None, "text": tokenizer.decode(plain),
                       "special": tokenizer.decode(plain, skip_special_tokens=False)})
        for key in ("text", "special"):
            if golden[-1][key] == text:
                golden[-1][key] = None
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in golden)
    (FOLDER / f"{name}.golden.json").write_text(f"[{lines}]\n")
    print(name, tokenizer.get_vocab_size(), "tokens,", len(golden), "texts")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(text) for text in texts())
    (FOLDER / "texts.json").write_text(f"[{lines}]\n")
    for wanted in sys.argv[1:] or FAMILIES:
        make(wanted)
