"""What removing repeats does to a corpus of web pages, and to a language model of it. Started by run.sh; README.md of the folder
above says what is measured.

    effect.py --redite PROGRAM --work FOLDER ARTICLES.jsonl…              makes pages of articles, {"lang", "title", "text"} a line
    effect.py --redite PROGRAM --work FOLDER --pages P.jsonl --held H.jsonl   takes pages and held-out clean text as they are
"""

import argparse
import collections
import hashlib
import json
import math
import pathlib
import random
import re
import statistics
import subprocess
import sys

import templates

UNSPACED = {"zh", "ja", "th", "lo", "km", "my", "bo"}


# --- what is done to the pages: each gives what is removed, as (page, first byte, end)


def clean(*options):
    def run(bench):
        removed = bench.work / "removed.jsonl"
        bench.redite("clean", bench.pages, "-o", bench.work / "out.jsonl", "--removed", removed, "--quiet", *options)
        return units(removed)

    return run


def apply(*conditions, mark=()):
    def run(bench):
        marks = bench.work / "marks.parquet"
        bench.redite("mark", bench.pages, "-o", marks, "--quiet", *mark)
        removed = bench.work / "removed.jsonl"
        where = [word for condition in conditions for word in ("--where", condition)]
        bench.redite("apply", marks, bench.pages, "-o", bench.work / "out.jsonl", "--removed", removed, "--quiet", *where)
        return units(removed)

    return run


def repeated_lines(bench):
    """All but the first of equal lines go, however short they are."""
    seen = set()
    for number, page in enumerate(bench.texts):
        at = 0
        for line in page.split("\n"):
            size, said = len(line.encode()) + 1, line.strip()
            if said in seen:
                yield number, at, at + size
            elif said:
                seen.add(said)
            at += size


# The table: a name, and what is done.
RUNS = {
    "nothing": lambda bench: [],
    "defaults": clean(),
    "--level boilerplate": clean("--level", "boilerplate"),
    "--unit paragraph": clean("--unit", "paragraph"),
    "--where copies>=3": apply("copies>=3"),
    "--where copies>=10": apply("copies>=10"),
    "--where bytes>=500": apply("bytes>=500"),
    "--preset corpus": clean("--preset", "corpus"),
    "--preset news": clean("--preset", "news"),
    "--preset boilerplate, by site": clean("--preset", "boilerplate", "--group-by", "site"),
    "every repeated line": repeated_lines,
}


def units(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            unit = json.loads(line)
            if "unit" in unit:
                yield (int(unit["source"].rsplit(":", 1)[1]) - 1, *unit["bytes"])


# --- the corpus


class Bench:
    """Pages, where their articles are, and held-out clean text."""

    def __init__(self, args):
        self.args, self.work = args, args.work
        self.work.mkdir(parents=True, exist_ok=True)
        self.pages = self.work / "pages.jsonl"
        if args.pages:
            made = [(page, None, False) for page in records([args.pages])]
            self.held = list(records([args.held]))
        else:
            articles = list(records(args.articles))
            is_held = lambda article: share(f"{args.seed} {article['id']}") < args.held_share
            self.held = [article for article in articles if is_held(article)]
            made = list(templates.pages([a for a in articles if not is_held(a)], args.copied, args.seed))
        with open(self.pages, "w", encoding="utf-8", newline="\n") as out:
            out.writelines(json.dumps(page, ensure_ascii=False) + "\n" for page, _, _ in made)
        self.texts = [page["text"] for page, _, _ in made]
        self.languages = [page["lang"] for page, _, _ in made]
        self.articles = [span or (0, len(page["text"].encode())) for page, span, _ in made]
        self.copies = [copy for _, _, copy in made]

    def redite(self, *words):
        done = subprocess.run([self.args.redite, *map(str, words)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"redite {' '.join(map(str, words))}: {done.stderr}")


def records(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file):
                record = json.loads(line)
                language = (record.get("lang") or "und").split("-")[0]
                name, title = f"{pathlib.Path(path).name}:{number}", record.get("title")
                yield {"id": name, "lang": language, "title": title, "text": record["text"]}


def share(key):
    """A number from 0 to 1, the same for the same key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64


# --- what went


def kept_runs(text, start, end, spans):
    """What is left of a range of the text, as pieces that hold more than white space."""
    runs, at = [], start
    for first, last in [*spans, (end, end)]:
        first, last = (min(max(place, start), end) for place in (first, last))
        if first > at and text[at:first].strip():
            runs.append(first - at)
        at = max(at, last)
    return runs


def overlap(start, end, spans):
    return sum(max(0, min(end, last) - max(start, first)) for first, last in spans)


def measure(bench, spans):
    total = collections.Counter()
    runs = []
    for page, text in enumerate(bench.texts):
        text, (start, end) = text.encode(), bench.articles[page]
        here = spans.get(page, [])
        kind = "copy" if bench.copies[page] else "article"
        removed, of_article = overlap(0, len(text), here), overlap(start, end, here)
        total["bytes"] += len(text)
        total["removed"] += removed
        total["template"] += len(text) - (end - start)
        total["template removed"] += removed - of_article
        total[kind] += end - start
        total[kind + " removed"] += of_article
        if kind == "article":
            left = kept_runs(text, start, end, here)
            runs += left
            total["pages"] += 1
            total["emptied"] += not left
            total["fragmented"] += len(left) > 1
    part = lambda name, of: f"{100 * total[name] / total[of]:.1f}" if total[of] else ""
    return {
        "text": part("removed", "bytes"),
        "template": part("template removed", "template"),
        "second copies": part("copy removed", "copy"),
        "articles": part("article removed", "article"),
        "emptied": part("emptied", "pages"),
        "fragmented": part("fragmented", "pages"),
        "median run": f"{statistics.median(runs):.0f}" if runs else "",
    }


# --- the language model


def tokens(line, language):
    if language in UNSPACED:
        return [letter for letter in line if not letter.isspace()]
    return re.findall(r"\w+|[^\w\s]", line.lower())


def lines(text, language):
    for line in text.split("\n"):
        words = tokens(line, language)
        if words:
            yield words


def cut(text, spans):
    text, at, left = text.encode(), 0, []
    for start, end in spans:
        left.append(text[at:start])
        at = max(at, end)
    return b"".join([*left, text[at:]]).decode()


def first(text, budget):
    """The first so many tokens."""
    for words in text:
        if budget <= 0:
            return
        yield words[:budget]
        budget -= len(words)


class Model:
    """An n-gram model with interpolated Kneser-Ney smoothing: made by kaldingram, asked by kenlm."""

    def __init__(self, text, vocabulary, order, folder):
        import kenlm

        training, arpa = folder / "training.txt", folder / "model.arpa"
        seen = set()
        with open(training, "w", encoding="utf-8", newline="\n") as out:
            out.write("<unk>\n")
            for words in text:
                words = [word if word in vocabulary else "<unk>" for word in words]
                seen.update(words)
                out.write(" ".join(words) + "\n")
        command = [sys.executable, "-m", "kaldingram.cli", "train", "--ngram-order", str(order), "--text", training, "--lm", arpa]
        subprocess.run(command, check=True, capture_output=True)
        config = kenlm.Config()
        config.show_progress, config.arpa_complain = False, kenlm.ARPALoadComplain.NONE
        self.model = kenlm.Model(str(arpa), config)
        self.vocabulary, self.seen = vocabulary, seen
        # words of the vocabulary that the model has not seen share the chance of the unknown word
        self.share = math.log10(len(vocabulary - seen) + 1)

    def score(self, words):
        """Logarithm of the chances of the words that are in the vocabulary and of the end of the line, and how many these are."""
        known = [word in self.vocabulary for word in words]
        told = " ".join(word if word in self.seen else "<unk>" for word in words)
        chances = [chance for chance, _, _ in self.model.full_scores(told)]
        chance = chances[-1]
        for word, is_known, at in zip(words, known, chances):
            if is_known:
                chance += at - (0 if word in self.seen else self.share)
        return chance, sum(known) + 1


def perplexities(bench, all_spans):
    """For each run, of each language and of all languages by unit: the perplexities of the held-out text, one for each order of the
    pages. All models of a language are trained on equally many tokens, of the pages that come first."""
    scores, budgets = {}, {}
    orders = [random.Random(bench.args.seed + number) for number in range(bench.args.orders)]
    for language in sorted({article["lang"] for article in bench.held}):
        pages = [page for page, lang in enumerate(bench.languages) if lang == language]
        text_of = lambda name: (
            words for page in pages for words in lines(cut(bench.texts[page], all_spans[name].get(page, [])), language)
        )
        counts = collections.Counter(word for words in text_of("nothing") for word in words)
        vocabulary = {word for word, count in counts.items() if count > 1}
        budgets[language] = min(bench.args.tokens, *(sum(map(len, text_of(name))) for name in all_spans))
        held = [words for article in bench.held if article["lang"] == language for words in lines(article["text"], language)]
        order = 5 if language in UNSPACED else 3
        in_file = pages
        for number, order_of in enumerate(orders):
            pages = in_file.copy()
            order_of.shuffle(pages)
            for name in all_spans:
                model = Model(first(text_of(name), budgets[language]), vocabulary, order, bench.work)
                of_lines = [model.score(words) for words in held]
                score = sum(chance for chance, _ in of_lines), sum(count for _, count in of_lines)
                scores[name, language, number] = score
                print(f"{language} {name}: perplexity {10 ** (-score[0] / score[1]):.2f}", file=sys.stderr)

    def pooled(name, languages):
        sums = [[scores[name, language, number] for language in languages] for number in range(bench.args.orders)]
        return [10 ** (-sum(chance for chance, _ in of) / sum(count for _, count in of)) for of in sums]

    groups = {language: [language] for language in budgets}
    for unit, unspaced in (("words", False), ("characters", True)):
        languages = [language for language in budgets if (language in UNSPACED) == unspaced]
        if languages:
            groups[unit] = languages
    return {name: {group: pooled(name, languages) for group, languages in groups.items()} for name in all_spans}, budgets


def shown(values, before):
    """The mean, and how much that is more than before, in %; with several orders, the standard deviation of the latter."""
    change = [100 * (value / base - 1) for value, base in zip(values, before)]
    if not any(change):
        return f"{statistics.mean(values):.1f}"
    spread = f" ± {statistics.stdev(change):.1f}" if len(change) > 1 else ""
    return f"{statistics.mean(values):.1f} ({statistics.mean(change):+.1f}{spread})"


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="*", help="clean articles, of which pages are made")
    parser.add_argument("--redite", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--pages", help="pages as they are, instead of articles")
    parser.add_argument("--held", help="clean text of which no page is made, to go with --pages")
    parser.add_argument("--held-share", type=float, default=0.1, help="share of the articles of which no page is made")
    parser.add_argument("--copied", type=float, default=0.1, help="share of the articles that stand on a second site, too")
    parser.add_argument("--tokens", type=int, default=1_000_000, help="most tokens of a language that a model is trained on")
    parser.add_argument("--orders", type=int, default=1, help="orders of the pages, for each of which a model is trained")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", help="names of runs, with commas between")
    args = parser.parse_args()
    if bool(args.articles) == bool(args.pages) or bool(args.pages) != bool(args.held):
        parser.error("give articles, or --pages and --held")
    names = [name for name in RUNS if not args.only or name == "nothing" or name in args.only.split(",")]
    bench = Bench(args)
    all_spans, went = {}, {}
    for name in names:
        spans = collections.defaultdict(list)
        for page, start, end in RUNS[name](bench):
            spans[page].append((start, end))
        for page in spans:
            spans[page].sort()
        all_spans[name], went[name] = spans, measure(bench, spans)
        print(f"{name}: {went[name]}", file=sys.stderr)
    perplexity, budgets = perplexities(bench, all_spans)
    size = sum(len(text.encode()) for text in bench.texts) / 1e6
    print(f"{size:.1f} MB in {len(bench.texts)} pages ({sum(bench.copies)} second copies); {len(bench.held)} articles held out\n")
    units_of = [unit for unit in ("words", "characters") if unit in perplexity["nothing"]]
    head = ["what is done", *went["nothing"], *(f"perplexity, {unit}" for unit in units_of)]
    table(head, [[name, *went[name].values(), *(shown(perplexity[name][unit], perplexity["nothing"][unit]) for unit in units_of)] for name in names])
    print()
    head = ["perplexity", *(f"{language} ({budget:,} tokens)" for language, budget in budgets.items())]
    table(head, [[name, *(shown(perplexity[name][language], perplexity["nothing"][language]) for language in budgets)] for name in names])


if __name__ == "__main__":
    main()
