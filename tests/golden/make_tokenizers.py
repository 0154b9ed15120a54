#!/usr/bin/env python3
"""Makes small tokenizers in the configuration of every supported family and what Hugging Face's tokenizers does with them.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3 sentencepiece==0.2.3 gguf==0.19.0
    venv/bin/python tests/golden/make_tokenizers.py [--train] [family ...]

tests/golden/tokenizers/<family>.json is the tokenizer; <family>.golden.json holds for every text of texts.json the ids with and
without the marks around it, the places of the tokens in bytes (see places()), and the decoded texts with and without special
tokens. scored-<kind>.gguf are SentencePiece models as llama.cpp's converter writes their vocabularies, and their goldens are
what SentencePiece makes of the texts that hold none of their marks. sentence-piece-<kind>.model are its own files, with its
ids of all texts. The texts are made here: a sentence about bread in many languages, runs of every script's letters, and texts that
tokenizers stumble over. A tokenizer that is there already is kept unless --train is given: unigrams are not the same twice.
"""
import io
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
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
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
           "ﬁne ﬀ ℌ ㌔ ① Å Ω № ² ¼", "c\u0327a e\u0302\u0301 \u1100\u1161\u11a8 각", "x\r\ny\u200dz\u00ad", "`` '' “x” … ー〜", "don't do not we've . , !", "über ÜBER ÉÈ ñ Ñ",
           "中文abc字 한국어", "supercalifragilisticexpialidocious" * 4,
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


def olmo2():
    tokenizer = byte_level(700, split(LLAMA3))
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.add_tokens([AddedToken("|||PHONE_NUMBER|||", normalized=False)])
    return tokenizer


def gpt4o():
    tokenizer = byte_level(700, split(O200K))
    tokenizer.add_special_tokens(["<|endoftext|>"])
    return tokenizer


def proto_field(data, wanted):
    """The bytes of the field with this number in a protobuf message."""
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte, at = data[at], at + 1
            value, shift = value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value

    while at < len(data):
        key = number()
        size = {0: 0, 1: 8, 5: 4}.get(key & 7)
        if size == 0:
            number()
        elif size is None:
            size = number()
        if key == wanted << 3 | 2:
            return data[at:at + size]
        at += size


def characters_map():
    """A SentencePiece model's map of characters: Unicode's compatibility forms of some blocks, spaces and controls."""
    rules = {c: unicodedata.normalize("NFKC", chr(c)) for block in ((0xA0, 0x100), (0x2100, 0x2180), (0x2460, 0x2480), (0x3300, 0x3358),
                                                                    (0xFB00, 0xFB07), (0xFF01, 0xFF60)) for c in range(*block)}
    lines = [f"{c:X}\t{' '.join(f'{ord(n):X}' for n in new)}" for c, new in rules.items() if new != chr(c)]
    lines += [f"{ord(base):X} {mark:X}\t{ord(unicodedata.normalize('NFC', base + chr(mark))):X}" for base in "aeinouAEU"
              for mark in (0x300, 0x301, 0x303, 0x308) if len(unicodedata.normalize("NFC", base + chr(mark))) == 1]
    lines += [f"{c:X}\t20" for c in (0x9, 0xA, 0xD, 0x2003, 0x3000)] + [f"{c:X}\t" for c in (0x1, 0x7F, 0xAD, 0x200B, 0xFEFF)]
    import sentencepiece
    rules_file = FOLDER / "rules.tsv"
    rules_file.write_text("\n".join(lines) + "\n")
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(["the bread is warm"] * 9), model_writer=model, vocab_size=60, minloglevel=2,
                                             normalization_rule_tsv=str(rules_file), hard_vocab_limit=False)
    rules_file.unlink()
    return proto_field(proto_field(model.getvalue(), 3), 2)  # normalizer_spec, precompiled_charsmap


def some_sentences():
    """Half of them: the others have unknown letters."""
    return [sentence.strip() for sentence in SENTENCES.replace("\n", "|").split("|")][::2]


def unigram(specials, normalizer, pre_tokenizer, size=900, byte_fallback=False):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(some_sentences() * 3, trainers.UnigramTrainer(
        vocab_size=size, show_progress=False, special_tokens=specials, unk_token="<unk>"))
    data = json.loads(tokenizer.to_str())
    if byte_fallback:
        data["model"]["byte_fallback"] = True
        data["model"]["vocab"] += [[f"<0x{i:02X}>", -20.0] for i in range(256)]
    return Tokenizer.from_str(json.dumps(data))


def precompiled(*behind):
    return normalizers.Sequence([normalizers.Precompiled(characters_map()), *behind])


def t5():
    tokenizer = unigram(["<pad>", "</s>", "<unk>"], precompiled(normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")),
                        pre_tokenizers.Metaspace(prepend_scheme="always"))
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    tokenizer.add_special_tokens(["<extra_id_0>", "<extra_id_1>"])
    return tokenizer


def xlmr():
    tokenizer = unigram(["<s>", "<pad>", "</s>", "<unk>"], precompiled(normalizers.Replace(Regex(" {2,}"), " ")),
                        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]))
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>",
                                                             special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    return tokenizer


def unigram_bytes():
    tokenizer = unigram(["<unk>", "<s>", "</s>"], normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(" ", "▁")]), None, 900, True)
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return tokenizer


def bert(size=900, **settings):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(**settings)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    tokenizer.train_from_iterator([t for t in texts() if t] * 3, trainers.WordPieceTrainer(
        vocab_size=size, show_progress=False, limit_alphabet=350, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
                                                             special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def bert_cased():
    tokenizer = bert(1200, lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation()])
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.BertNormalizer(lowercase=False)])
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=False)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


FAMILIES = {"gpt-2": gpt2, "roberta": roberta, "llama-3": llama3, "qwen-2": qwen2, "smollm": smollm, "bloom": bloom, "llama-2": llama2,
            "mistral": mistral, "gemma": gemma, "olmo-2": olmo2, "gpt-4o": gpt4o, "t5": t5, "xlm-r": xlmr, "unigram-bytes": unigram_bytes,
            "bert": bert, "bert-cased": bert_cased}


def scored(name, marks=(), **settings):
    """A SentencePiece model of byte pairs as the vocabulary of a GGUF file, without tensors."""
    import gguf
    import sentencepiece
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(some_sentences() * 3), model_writer=model, model_type="bpe", vocab_size=1100, byte_fallback=True, minloglevel=2,
        normalization_rule_name="identity", remove_extra_whitespaces=False, user_defined_symbols=list(marks), hard_vocab_limit=False, **settings)
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(pieces.get_piece_size())
    kinds = [2 if pieces.is_unknown(i) else 3 if pieces.is_control(i) else 6 if pieces.is_byte(i) else
             4 if pieces.id_to_piece(i) in marks else 1 for i in ids]
    tokens = [pieces.id_to_piece(i).replace("▁", " ") if kinds[i] == 4 else pieces.id_to_piece(i) for i in ids]
    writer = gguf.GGUFWriter(FOLDER / f"{name}.gguf", "llama")
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([pieces.get_score(i) for i in ids])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    if not settings.get("add_dummy_prefix", True):
        writer.add_add_space_prefix(False)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return pieces


SCORED = {"scored-llama": lambda name: scored(name), "scored-gemma": lambda name: scored(
    name, ("\n", "\n\n", "▁▁", "▁▁▁", "<start_of_turn>"), add_dummy_prefix=False)}


SENTENCE_PIECE = {"sentence-piece-bytes": {"model_type": "bpe", "vocab_size": 1100, "byte_fallback": True, "add_dummy_prefix": False,
                                           "normalization_rule_name": "identity", "remove_extra_whitespaces": False},
                  "sentence-piece-unigram": {"model_type": "unigram", "vocab_size": 700}}


def make_sentence_piece(name, train):
    """A .model as it is, and what the library does with every text."""
    import sentencepiece
    file = FOLDER / f"{name}.model"
    if train or not file.exists():
        with open(file, "wb") as model:
            sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(some_sentences() * 3), model_writer=model, minloglevel=2,
                                                     hard_vocab_limit=False, **SENTENCE_PIECE[name])
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(file))
    golden = []
    for i, text in enumerate(texts()):
        ids = pieces.encode(text)
        golden.append({"text": i, "ids": ids, "decoded": None if pieces.decode(ids) == text else pieces.decode(ids)})
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in golden)
    (FOLDER / f"{name}.golden.json").write_text(f"[{lines}]\n")
    print(name, pieces.get_piece_size(), "tokens,", len(golden), "texts")


def make_scored(name):
    pieces = SCORED[name](name)
    golden = []
    for i, text in enumerate(texts()):
        if not any(mark in text for mark in ("<s>", "</s>", "<unk>", "▁")):
            ids = pieces.encode(text)
            golden.append({"text": i, "ids": ids, "decoded": None if pieces.decode(ids) == text else pieces.decode(ids)})
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in golden)
    (FOLDER / f"{name}.golden.json").write_text(f"[{lines}]\n")
    print(name, pieces.get_piece_size(), "tokens,", len(golden), "texts")


def places(tokenizer, text):
    """Where the tokens are, in bytes: "3" is a token of 3 bytes that begins where the one before ended, "3*5" five of them, "@7:3" one of 3
    bytes that begins at byte 7. The reference counts characters. Without a post-processor, which would trim spaces."""
    before = [0]
    for c in text:
        before.append(before[-1] + len(c.encode("utf-8", "surrogatepass")))
    words, done = [], 0
    for begin, end in tokenizer.encode(text, add_special_tokens=False).offsets:
        begin, end = before[begin], before[end]
        words.append([f"{end - begin}" if begin == done else f"@{begin}:{end - begin}", 0])
        if len(words) > 1 and words[-2][0] == words[-1][0] and begin == done:
            words.pop()
        words[-1][1] += 1
        done = end
    return " ".join(word if count == 1 else f"{word}*{count}" for word, count in words)


def make(name, train):
    file = FOLDER / f"{name}.json"
    if train or not file.exists():
        file.write_text(json.dumps(json.loads(FAMILIES[name]().to_str()), ensure_ascii=False, separators=(",", ":")) + "\n")
    tokenizer = Tokenizer.from_str(file.read_text())
    bare = Tokenizer.from_str(file.read_text())
    bare.post_processor = None
    golden = []
    for text in texts():
        framed, plain = tokenizer.encode(text).ids, tokenizer.encode(text, add_special_tokens=False).ids
        golden.append({"ids": plain, "framed": framed if framed != plain else None, "places": places(bare, text),
                       "text": tokenizer.decode(plain), "special": tokenizer.decode(plain, skip_special_tokens=False)})
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
    for wanted in [argument for argument in sys.argv[1:] if argument != "--train"] or {**FAMILIES, **SCORED, **SENTENCE_PIECE}:
        if wanted in SCORED:
            make_scored(wanted)
        elif wanted in SENTENCE_PIECE:
            make_sentence_piece(wanted, "--train" in sys.argv)
        else:
            make(wanted, "--train" in sys.argv)
