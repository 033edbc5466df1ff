# chatmill: one Makefile, no recursion. Adding a file, a test or a stage changes no line of it.
#
#   make                    everything, in build/release
#   make SAN=address,undefined | SAN=thread     the same with a sanitizer, in a folder of its own
#   make test | check | fuzz | bench | install
VERSION := 0.1.0
CC      ?= cc
SAN     ?=
PREFIX  ?= /usr/local
comma   := ,
VARIANT := $(if $(SAN),san-$(subst $(comma),-,$(SAN)),release)
B       := build/$(VARIANT)

PACKAGES := jansson libdeflate snappy libzstd zlib libsodium lmdb rdkafka libutf8proc icu-uc
CPPFLAGS += -D_GNU_SOURCE -DCHATMILL_VERSION='"$(VERSION)"' -Ilib -Ilib/stage -I$B/gen -Itests
CFLAGS   ?= -O2 -g
CFLAGS   += -std=c17 -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wvla -Werror=implicit-function-declaration -fno-common -pthread -Wno-psabi \
            $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
LDFLAGS  += -pthread -Wl,--as-needed $(if $(SAN),-fsanitize=$(SAN))
LDLIBS   += $(shell pkg-config --libs $(PACKAGES)) -lstemmer -lm
COMPILE   = $(CC) $(CPPFLAGS) $(CFLAGS)

STAGES   := $(patsubst stages/%/stage.c,%,$(wildcard stages/*/stage.c))
PROGRAMS := $(STAGES:%=$B/bin/chatmill-%) $(if $(wildcard stages/chatmill/main.c),$B/bin/chatmill)
SCHEMA   := $(patsubst schemas/%.avsc,$B/gen/%.avsc.h,$(wildcard schemas/*.avsc))
LIB      := $(patsubst %.c,$B/%.o,$(wildcard lib/*/*.c))
MANPAGES := $(wildcard stages/*/*.1 man/*.[1-9])
TESTS    := $(patsubst %.c,$B/%,$(wildcard tests/lib/*/test_*.c tests/stages/*/test_*.c))
FUZZ     := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZERS  := $(FUZZ:%=$B/tests/fuzz/fuzz_%)
PLANTED  := $(patsubst %.c,$B/%,$(wildcard tests/kafka/planted/*.c))
TOOLS    := $(filter-out $(TESTS),$(patsubst %.c,$B/%,$(wildcard tests/tools/*.c tests/stages/*/*.c)))

.PHONY: all test check faults fuzz replay bench scores scores-parse scores-tokenize scores-langid models models-segmenter models-langid install format clean
.DELETE_ON_ERROR:
.SECONDARY:
# A stage whose folder is gone is none any more.
GONE     := $(filter-out $(PROGRAMS) $(PROGRAMS:=.json),$(wildcard $B/bin/chatmill*))
all: $(PROGRAMS)
	$(if $(GONE),@rm -f $(GONE))

# stages/NAME/stage.c declares; the folder's other files know, and are what its tests link.
# stages/NAME/libs, where there is one, names the pkg-config packages of that stage alone.
define STAGE
$1_PURE := $(patsubst %.c,$B/%.o,$(filter-out %/stage.c %/main.c,$(wildcard stages/$1/*.c)))
$1_LIBS := $(if $(wildcard stages/$1/libs),$$(shell pkg-config --libs $$$$(cat stages/$1/libs)))
$(patsubst %.c,$B/%,$(wildcard tests/stages/$1/*.c)): $$($1_PURE)
$(patsubst %.c,$B/%,$(wildcard tests/stages/$1/*.c)): LDLIBS := $$($1_LIBS) $(LDLIBS)
endef
$(foreach s,$(patsubst stages/%/,%,$(wildcard stages/*/)),$(eval $(call STAGE,$s)))
define STAGE_PROGRAM # linked, it must be able to describe itself: its tables fit its schemas
$B/bin/chatmill-$1: $B/stages/$1/stage.o $$($1_PURE) $B/libchatmill.a
	@mkdir -p $$(@D)
	@echo "  ld $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ $$($1_LIBS) $$(LDLIBS)
	@$$@ --describe > $$@.json
endef
$(foreach s,$(STAGES),$(eval $(call STAGE_PROGRAM,$s)))
$B/bin/chatmill: $B/stages/chatmill/main.o $(chatmill_PURE) $B/libchatmill.a
	@mkdir -p $(@D)
	@echo "  ld $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(chatmill_LIBS) $(LDLIBS)

# A fuzz target whose first line is "/* links: stages/parse */" has that stage's other files, too.
# Its main() is libFuzzer's where SAN asks for that, or else replays files.
define FUZZER
$1_FUZZES := $$(notdir $$(shell sed -n '1s|^/\* links: \(.*\) \*/$$$$|\1|p' tests/fuzz/fuzz_$1.c))
$B/tests/fuzz/fuzz_$1: $$(foreach s,$$($1_FUZZES),$$($$s_PURE))
$B/tests/fuzz/fuzz_$1: LDLIBS := $$(foreach s,$$($1_FUZZES),$$($$s_LIBS)) $(LDLIBS)
$(if $(findstring fuzzer,$(SAN)),$B/tests/fuzz/fuzz_$1: LDFLAGS += -fsanitize=fuzzer,$B/tests/fuzz/fuzz_$1: $B/tests/fuzz/replay_main.o)
endef
$(foreach f,$(FUZZ),$(eval $(call FUZZER,$f)))

$B/libchatmill.a: $(LIB)
	@rm -f $@
	@$(AR) rcs $@ $^
$B/gen/%.avsc.h: schemas/%.avsc build-aux/avsc2h
	@mkdir -p $(@D)
	@build-aux/avsc2h $< > $@
$B/gen/wording_rows.h: stages/parse/wording.tsv build-aux/wording2h
	@mkdir -p $(@D)
	@build-aux/wording2h $< > $@
$B/%.o: %.c Makefile | $(SCHEMA) $B/gen/wording_rows.h
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(COMPILE) -MMD -MP -c -o $@ $<
$B/tests/%: $B/tests/%.o $B/libchatmill.a
	@mkdir -p $(@D)
	@echo "  ld $@"
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(LDLIBS) -lavro
# chatmill-mark with a mistake in it: a file's __wrap_NAME() stands where NAME() was.
$B/tests/kafka/planted/%: $B/tests/kafka/planted/%.o $B/tests/tools/chatmill-mark.o $B/libchatmill.a
	@echo "  ld $@"
	@$(CC) $(LDFLAGS) $$(sed -n 's/^__wrap_\([a-z_]*\)(.*/-Wl,--wrap=\1/p' tests/kafka/planted/$*.c) -o $@ $^ $(LDLIBS)

test: all $(TESTS) $(TOOLS) $(PLANTED)
	@tests/units $(TESTS)
check:
	@tests/check
# clang's libFuzzer, ten minutes a target: make fuzz [SECONDS=600] [TARGET=name]
fuzz:
	@tests/fuzz/run --seconds $(or $(SECONDS),600) $(TARGET)
# Each fuzz target over the files that tests/fuzz/corpus keeps for it.
replay: $(FUZZERS)
	@tests/fuzz/replay $(FUZZERS)
# The same as in tests/kafka/run, at length: a thousand kills, and a million records through each fault.
faults: all $(TOOLS) $(PLANTED) $B/tests/bench/make-export
	KILLS=1000 tests/kafka/run killed_again_and_again_nothing_is_lost_or_doubled
	tests/kafka/faults
bench: all
	@tests/bench/run
# How right parse is, beside its peers: make scores-parse [SCORES="--count 500 --seeds 1"]; cut off, it
# goes on with SCORES="--keep build/scores/kept", a form after another with --jobs 1
scores-parse: $B/tests/stages/parse/parse_text
	@tests/scores/setup
	@tests/scores/parse $(SCORES)
# How right tokenize is, beside its peers: make scores-tokenize [SCORES="--set ud-en-ewt --show 20"]
scores-tokenize: $B/tests/tools/token-spans
	@tests/scores/setup-tokenize
	@tests/scores/tokenize $(SCORES)
# The trained files anew: make models LANGUAGE_DATA=FOLDER FREQUENCY_WORDS=FOLDER (models/*.md)
models: models-segmenter models-langid
$B/models/train-segmenter: $(patsubst %.c,$B/%.o,$(wildcard models/segmenter/*.c)) $B/libchatmill.a
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
models-segmenter: $B/models/train-segmenter
	models/segmenter/corpora "$(LANGUAGE_DATA)" build/segmenter
	$B/models/train-segmenter models/segmenter.model models/segmenter.md zh:20:build/segmenter/zh.tsv:build/segmenter/zh.words \
		ja:20:build/segmenter/ja.tsv:build/segmenter/ja.words th:18:build/segmenter/th.tsv vi:18:build/segmenter/vi.tsv:build/segmenter/vi.words
# How right detect-lang is, beside its peers
scores-langid: $B/tests/stages/detect-lang/guess_text $B/models/train-langid
	@tests/scores/setup-langid
	@tests/scores/langid
scores: scores-parse scores-tokenize scores-langid
$B/models/langid/%.o: CFLAGS += -O3
$B/models/train-langid: $(patsubst %.c,$B/%.o,$(wildcard models/langid/*.c)) $(detect-lang_PURE) $B/libchatmill.a
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(detect-lang_LIBS) $(LDLIBS)
models-langid: $B/models/train-langid
	$B/models/train-langid --threads $(shell nproc) "$(LANGUAGE_DATA)" "$(FREQUENCY_WORDS)" models/langid.model
format:
	clang-format -i $$(git ls-files '*.c' '*.h')
clean:
	rm -rf build

install: all
	@build-aux/install "$(DESTDIR)" "$(PREFIX)" "$B" "$(VERSION)" "$(PACKAGES)"

-include $(shell find $B -name '*.d' 2>/dev/null)
