#!/bin/sh
# Answers like docker from a table of files in $FAKE_DOCKER and records each call; written for these tests only.
printf '%s\n' "$*" >> "$FAKE_DOCKER/calls"
for match in "$FAKE_DOCKER"/*.match; do
  entry=${match%.match}
  case "$*" in
    $(cat "$match")) ;;
    *) continue ;;
  esac
  if [ -f "$entry.left" ]; then
    left=$(cat "$entry.left")
    [ "$left" -gt 0 ] || continue
    echo $((left - 1)) > "$entry.left"
  fi
  [ -f "$entry.host" ] && cp "$entry.host" "$WINBAKE_PRETENDED_HOST/host.json"
  cat "$entry.out"
  cat "$entry.err" >&2
  exit "$(cat "$entry.code")"
done
echo "fake docker has no answer for: $*" >&2
exit 125
