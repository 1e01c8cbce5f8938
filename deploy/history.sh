#!/bin/sh
# Keeps raw/ and curated/ between runs that begin on an empty machine: as files of a release of the repository on GitHub,
# which do not expire. Usage: history.sh restore; history.sh save NUMBER, where the number grows from run to run.
# Needs gh, with GH_TOKEN and GH_REPO set. The last three states are kept; a new one is there before an old one goes.
set -eu
tag=${TWINTOWNS_HISTORY:-twintowns-history}
kept=3

# States whose upload was completed, oldest first.
states() {
  names=$(gh release view "$tag" --json assets --jq '.assets[] | select(.state == "uploaded") | .name') || exit 1
  echo "$names" | sed -n '/^state-/p' | sort
}

has_history() {
  # A list, because "there is none" is no error of it, and a network that is down is. In a condition only exit stops.
  tags=$(gh release list --limit 1000 --json tagName --jq '.[].tagName') || exit 1
  echo "$tags" | grep -qx "$tag"
}

case ${1:-} in
  restore)
    if ! has_history; then
      echo "no release $tag: the history begins with this run"
      exit 0
    fi
    all=$(states)
    state=$(echo "$all" | tail -n 1)
    if [ -z "$state" ]; then
      echo "release $tag holds no state; to begin anew, delete it: gh release delete $tag" >&2
      exit 1
    fi
    folder=$(mktemp -d)
    gh release download "$tag" --pattern "$state" --dir "$folder"
    tar -xzf "$folder/$state"
    rm -r "$folder"
    echo "continued from $state"
    ;;
  save)
    state=$(printf 'state-%08d.tar.gz' "$2")
    folder=$(mktemp -d)
    # The starter collection comes with the code; the cache and the lock are of this machine.
    tar -czf "$folder/$state" --exclude='raw/starter_*' --exclude='*/README.md' --exclude=curated/.work \
      --exclude=curated/.lock raw curated
    has_history || gh release create "$tag" --prerelease --title "History of the dataset" \
      --notes "What the next refresh continues from: raw/ and curated/. Written by deploy/history.sh."
    gh release upload "$tag" "$folder/$state" --clobber
    rm -r "$folder"
    all=$(states)
    for old in $(echo "$all" | head -n "-$kept"); do gh release delete-asset "$tag" "$old" --yes; done
    ;;
  *)
    echo "usage: $0 restore | save NUMBER" >&2
    exit 2
    ;;
esac
