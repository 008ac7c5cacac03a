#!/bin/sh
# Puts the model repository where the server reads it: fetched by its SHA-256, checked before it is unpacked, and moved into
# place at the end, so that the server finds all of it or nothing. A container that is started again begins anew.
#   MODEL_STORE    where archives lie, each under its checksum
#   MODEL_SHA256   of the .tar.gz
#   MODELS         an empty folder; the repository is MODELS/repository
set -eu

# The store may be slow or busy while many replicas start: one that answers 429 or 5xx, or nobody there, is asked again for
# up to ten minutes, less and less often. Less than 1 KB/s for a minute counts as failed; what is not there (404) fails at once.
rm -rf "$MODELS/repository" "$MODELS/unpacked" "$MODELS/archive"
curl --fail --silent --show-error --location --connect-timeout 10 --speed-limit 1024 --speed-time 60 \
  --retry 10 --retry-connrefused --retry-max-time 600 --output "$MODELS/archive" "$MODEL_STORE/$MODEL_SHA256.tar.gz"
printf '%s  %s\n' "$MODEL_SHA256" "$MODELS/archive" | sha256sum -c -
mkdir "$MODELS/unpacked"
tar -xzf "$MODELS/archive" -C "$MODELS/unpacked"
rm "$MODELS/archive"
mv "$MODELS/unpacked" "$MODELS/repository"
