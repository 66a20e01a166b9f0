#!/usr/bin/env Rscript
# Reads features.h5 by hdf5r: Rscript examples/features_hdf5r.R outputs/movies/features.h5
suppressPackageStartupMessages(library(hdf5r))

file <- H5File$new(commandArgs(trailingOnly = TRUE)[1], mode = "r")
cat("made with", file$attr_open("model")$read(), "\n")
labels <- file[["labels"]]$read()
split <- file[["split"]]$read()
names <- file[["class_names"]]$read()
# R stores columns one after the other: a row of the file is a column here.
features <- t(file[["embeddings"]]$read())
cat(nrow(features), "rows x", ncol(features), "features\n")
print(table(split = c("train", "validation", "test")[split + 1],
            label = ifelse(labels < 0, NA, names[labels + 1])))
# The first two principal components of the first thousand rows.
parts <- prcomp(head(features, 1000), rank. = 2)
cat("share of variance of two components:", round(sum(parts$sdev[1:2]^2) / sum(parts$sdev^2), 3), "\n")
file$close_all()
