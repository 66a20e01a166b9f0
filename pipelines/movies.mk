# movies: is a sentence of a film review positive? 10,605 sentences, features of all-MiniLM-L6-v2.
#
# Needs      nothing: model and data are fetched once (93 MB), packages are installed where missing.
# Run        make movies
# Change     make movies MAX_LENGTH=128 C=0.1
#            make movies HEAD=logistic     one head alone, seconds
#            make movies FINETUNE=1        the whole encoder trained too, minutes
#            make movies SHARDS=8          encoded in eight parts; LAUNCH=slurm: as jobs of Slurm's
# Own data   make -f pipelines/movies.mk NAME=mine INPUT=mine.csv ID_COLUMN= TEXT_COLUMN=review
# Writes     outputs/movies/

NAME := movies
INPUT = data/movies/movies.csv
MAX_LENGTH = 256# the longest sentence has far fewer tokens: nothing is cut, and nothing is paid for it

include pipelines/common.mk
