"""peer-spacy FILE [ROUNDS]: CPU seconds for spaCy's blank English pipeline over a file's lines, the median of rounds."""
import statistics
import sys
import time

import spacy

nlp = spacy.blank("en")
texts = open(sys.argv[1], encoding="utf-8").read().split("\n")
rounds = []
for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 3):
    began = time.process_time()
    for text in texts:
        nlp(text)
    rounds.append(time.process_time() - began)
print("%.6f" % statistics.median(rounds))
