# imdb: is a film review positive? 50,000 reviews, DistilBERT, the job of the ktrain tutorial.
#
# Needs      data/imdb/imdb_dataset.csv, columns review and sentiment (the Kaggle "IMDB Dataset of
#            50K Movie Reviews", renamed), and distilbert-base-uncased, in the Hugging Face cache or
#            as a folder. Neither is fetched; what is not there is named before anything is built.
# Run        make imdb
# Change     make imdb MODEL=path/to/distilbert-base-uncased INPUT=path/to/reviews.csv
# Writes     outputs/imdb/

NAME := imdb
INPUT = data/imdb/imdb_dataset.csv
MODEL = distilbert-base-uncased
TEXT_COLUMN = review
LABEL_COLUMN = sentiment
ID_COLUMN =
HEADS = logistic mlp tfidf# rnn reads 32,000 long reviews many times: an hour
MAX_LENGTH = 100# the tutorial's: about half of a typical review; 512 reads all and takes ~6 times as long

# Looked for while reading, before anything is installed or built, and all at once.
hub := $(or $(HF_HUB_CACHE),$(if $(HF_HOME),$(HF_HOME)/hub,$(HOME)/.cache/huggingface/hub))
space := $(subst ,, )
found = $(wildcard $(subst $(space),\ ,$(strip $(1))))
define newline


endef
model_found := $(or $(call found,$(MODEL)/config.json),$(call found,$(hub)/models--$(subst /,--,$(MODEL))/snapshots/*/config.json))
missing := $(if $(call found,$(INPUT)),,$(newline)  the reviews: put a csv with the columns \
  '$(strip $(TEXT_COLUMN))' and '$(strip $(LABEL_COLUMN))' at $(INPUT), or name yours: make imdb INPUT=path/to/file.csv)
missing += $(if $(model_found),,$(newline)  the model: '$(strip $(MODEL))' is neither a folder nor in \
  the Hugging Face cache ($(hub)); put its folder anywhere and name it: make imdb MODEL=path/to/folder)
$(if $(strip $(missing)),$(error imdb cannot run; missing:$(missing)))

include pipelines/common.mk
