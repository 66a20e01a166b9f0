# bbc: which of five topics is a news article about? 2,225 long articles, all-MiniLM-L6-v2.
#
# Needs      nothing: model and data are fetched once (93 MB), packages are installed where missing.
# Run        make bbc
# Change     make bbc MAX_LENGTH=128
# Writes     outputs/bbc/

NAME := bbc
INPUT = data/bbc/bbc.csv
MAX_LENGTH = 256# most articles are longer and are cut; 512 is the most the model takes, and slower
RNN_OPTIONS = --epochs 15# it reads 360,000 words an epoch one after the other, and learns three times

include pipelines/common.mk
