"""Drives a MinHash library over a file of lines as its documentation shows: words, 128 permutations, an index that is
asked before each line is added. Writes the numbers of the lines that are like an earlier one that stays.

    minhash.py rensa|datasketch THRESHOLD FILE
"""

import sys


def rensa(threshold):
    from rensa import RMinHash, RMinHashDeduplicator

    # 32 bands of 4 rows: at .6 all but 1 % of the pairs become candidates.
    index = RMinHashDeduplicator(threshold=threshold, num_perm=128, use_lsh=True, num_bands=32)

    def is_new(number, words):
        sketch = RMinHash(num_perm=128, seed=42)
        sketch.update(words)
        return index.add(str(number), sketch)

    return is_new


def datasketch(threshold):
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=128)

    def is_new(number, words):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([word.encode() for word in words])
        if index.query(sketch):
            return False
        index.insert(number, sketch)
        return True

    return is_new


def main():
    _, name, threshold, path = sys.argv
    is_new = {"rensa": rensa, "datasketch": datasketch}[name](float(threshold))
    with open(path, encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file):
            if not is_new(number, list(set(line.split()))):
                print(number)


if __name__ == "__main__":
    main()
