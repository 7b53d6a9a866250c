"""Trains the models `sentencepiece-*.model.gz`, and writes beside each the digests of the ids that the reference implementation gives to the texts of
`ScriptTexts.cs`: for each script its name, the number of ids, and the SHA-256 of the lines of ids.

unigram: unigram, with the rules of normalization nmt_nfkc and a piece of padding.
bpe: BPE without rules, with bytes for unknown characters, symbols that are never cut, and pieces that are unused.
suffix: unigram, with rules of its own, white space after the words, none of it left out, and symbols that are never cut.

Run with sentencepiece 0.1.97: python3 make_sentencepiece.py
"""
import gzip
import hashlib
import io
import json
import os
import re
import tempfile

import sentencepiece

FOLDER = os.path.dirname(os.path.abspath(__file__))
SCRIPT_TEXTS = os.path.join(FOLDER, "..", "Tokenizers", "ScriptTexts.cs")
LEARNED_SCRIPTS = {"Latin", "Greek", "Cyrillic", "Arabic", "Devanagari", "Thai", "Hiragana"}
WORDS = """
the a an of and to in is that it for on with as was by be this are from or at which not but have has had one two three more most small large new old long
short good better best model models modeling teacher teachers student students train trains trained training learn learns learned learning token tokens
tokenize tokenizer word words wording text texts sentence sentences character characters letter letters number numbers distill distills distilled
distillation network networks layer layers loss losses weight weights weighted gradient gradients probability probabilities entropy temperature sample
samples sampled batch batches epoch epochs label labels labeled class classes classify classifier accuracy measure measures measured calibrate calibrated
calibration evaluate evaluated evaluation compare compared comparison predict predicts predicted prediction predictions river rivers mountain mountains
house houses housing walk walks walked walking work works worked working write writes written writing read reads reading reader readers happy happier
happiest unhappy happiness kind kinder kindness unkind quick quicker quickly slow slower slowly day days daily night nights week weeks year years yearly
café naïve über déjà 2026 1999 3.14 42 100 7 e-mail isn't don't it's U.S.A. C# C++ .NET
""".split()
RULES = {
    "ﬁ": "fi", "²": "2", "e\u0301": "é", "t\u0301": "t", "\u3000": " ", "\t": " ", "\n": " ", "\u200d": "", "\u0007": "", "…": "...", "ß": "ss", "— ": "-",
}
MODELS = {
    "unigram": dict(model_type="unigram", vocab_size=800, pad_id=3),
    "bpe": dict(
        model_type="bpe", vocab_size=1400, byte_fallback=True, normalization_rule_name="identity", user_defined_symbols=["DISTILLATION", "token", "3."]),
    "suffix": dict(
        model_type="unigram", vocab_size=800, treat_whitespace_as_suffix=True, remove_extra_whitespaces=False, user_defined_symbols=["model", "é", "(", "20"]),
}


class Numbers:
    """The linear congruence of ScriptTexts.cs."""

    def __init__(self, seed):
        self.state = seed

    def next(self, below):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % below


def script_texts():
    with open(SCRIPT_TEXTS, encoding="utf-8") as file:
        source = file.read()
    separators, words = (json.loads(re.search(name + r" =\s+(\[.*?\]);", source, re.DOTALL).group(1)) for name in ("Separators", "Words"))
    scripts = re.findall(r'\("(\w+)", 0x(\w+), 0x(\w+)\)', source)
    for seed, (name, start, end) in enumerate(scripts, start=1):
        numbers, start, end, texts = Numbers(seed), int(start, 16), int(end, 16), []
        for _ in range(500):
            text = ""
            for _ in range(1 + numbers.next(12)):
                if numbers.next(5) == 0:
                    text += words[numbers.next(len(words))]
                else:
                    for _ in range(1 + numbers.next(5)):
                        letter = start + numbers.next(end - start + 1)
                        text += chr(start if letter in (0x0C3C, 0x0D3B, 0x0D3C) else letter)
                text += separators[numbers.next(len(separators))]
            texts.append(text)
        yield name, texts


def sentences():
    numbers = Numbers(2026)
    for _ in range(3000):
        # The smaller of two numbers: the first words are the frequent ones.
        words = [WORDS[min(numbers.next(len(WORDS)), numbers.next(len(WORDS)))] for _ in range(4 + numbers.next(12))]
        yield " ".join(words).capitalize() + "."
    for name, texts in script_texts():
        if name in LEARNED_SCRIPTS:
            yield from (" ".join(text.split()) for text in texts[::6])


def varint(data, place):
    value = shift = 0
    while True:
        byte = data[place]
        value, shift, place = value | (byte & 0x7F) << shift, shift + 7, place + 1
        if byte < 0x80:
            return value, place


def with_unused_pieces(model):
    """Gives every fifth of the learned pieces that two others are merged to the type 5, UNUSED."""
    written, place, merged = b"", 0, 0
    while place < len(model):
        start = place
        tag, place = varint(model, place)
        length, place = varint(model, place)
        field, place = model[place:place + length], place + length
        piece = field[2:2 + field[1]].decode() if tag == 10 else ""
        if len(piece) > 1 and len(field) == 2 + field[1] + 5:
            merged += 1
            if merged % 5 == 0:
                written += bytes([tag, len(field) + 2]) + field + b"\x18\x05"
                continue
        written += model[start:place]
    return written


def train(name, options):
    model = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        if name == "suffix":
            options = options | dict(normalization_rule_tsv="rules.tsv")
            os.chdir(folder)
            with open("rules.tsv", "w", encoding="ascii") as file:
                for before, after in RULES.items():
                    file.write("\t".join(" ".join(f"{ord(letter):X}" for letter in letters) for letters in (before, after)) + "\n")
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=sentences(), model_writer=model, character_coverage=0.98, hard_vocab_limit=False, num_threads=1, minloglevel=2, **options)
        os.chdir(FOLDER)
    return with_unused_pieces(model.getvalue()) if name == "bpe" else model.getvalue()


for name, options in MODELS.items():
    model = train(name, options)
    with open(os.path.join(FOLDER, f"sentencepiece-{name}.model.gz"), "wb") as file:
        file.write(gzip.compress(model, 9, mtime=0))
    reference = sentencepiece.SentencePieceProcessor(model_proto=model)
    with open(os.path.join(FOLDER, f"sentencepiece-{name}-digests.txt"), "w", encoding="ascii", newline="\n") as file:
        for script, texts in script_texts():
            ids = reference.encode(texts)
            lines = "".join(" ".join(map(str, of_text)) + "\n" for of_text in ids)
            file.write(f"{script} {sum(map(len, ids))} {hashlib.sha256(lines.encode()).hexdigest()}\n")
