#!/bin/sh
# Answers like docker from a table of files in $FAKE_DOCKER and records each call; written for these tests only.
printf '%s\n' "$*" >> "$FAKE_DOCKER/calls"
cp "$WINBAKE_SIMULATED_HOST/host.json" "$FAKE_DOCKER/host-at-last-$1.json" 2> /dev/null
if [ -n "$DOCKER_CONFIG" ]; then
  # What docker would find its login by, at this call.
  mkdir -p "$FAKE_DOCKER/login"
  printf '%s %s\n' "$2" "$WINBAKE_LOGIN" >> "$FAKE_DOCKER/login/calls"
  cp "$DOCKER_CONFIG"/* "$FAKE_DOCKER/login/"
fi
verification=$WINBAKE_SIMULATED_HOST/c/ProgramData/Winbake/verification.json
[ -f "$verification" ] && cp "$verification" "$FAKE_DOCKER/verification-at-last-$1.json"
for match in "$FAKE_DOCKER"/*.match; do
  entry=${match%.match}
  # By `read`, which starts no process: there are a dozen rows to a call.
  IFS= read -r pattern < "$match"
  case "$*" in
    $pattern) ;;
    *) continue ;;
  esac
  if [ -f "$entry.left" ]; then
    read -r left < "$entry.left"
    [ "$left" -gt 0 ] || continue
    echo $((left - 1)) > "$entry.left"
  fi
  # Ended from outside, it must not leave a child that holds its streams.
  [ -f "$entry.hang" ] && exec sleep "$(cat "$entry.hang")"
  if [ -f "$entry.gather" ]; then
    # Answers only when that many calls like it are under way at once, or after a while.
    echo x >> "$entry.here"
    tries=0
    while [ "$(wc -l < "$entry.here")" -lt "$(cat "$entry.gather")" ] && [ $tries -lt 2400 ]; do
      sleep 0.05
      tries=$((tries + 1))
    done
    [ $tries -lt 2400 ] || echo "alone: $*" >> "$FAKE_DOCKER/calls"
  fi
  if [ -f "$entry.count" ]; then
    touch "$FAKE_DOCKER/running.$$"
    ls "$FAKE_DOCKER" | grep -c '^running' >> "$FAKE_DOCKER/together"
    sleep "$(cat "$entry.count")"
    rm "$FAKE_DOCKER/running.$$"
  fi
  if [ -f "$entry.grows" ]; then
    tries=$(cat "$entry.grows")
    while [ "$tries" -gt 0 ]; do
      sleep 0.1
      tries=$((tries - 1))
      free=$(sed -n 's/.*"freeBytes": *\([0-9]*\).*/\1/p' "$WINBAKE_SIMULATED_HOST/host.json")
      sed "s/$free/$((free - 100000000))/" "$WINBAKE_SIMULATED_HOST/host.json" > "$FAKE_DOCKER/grown.$$"
      mv "$FAKE_DOCKER/grown.$$" "$WINBAKE_SIMULATED_HOST/host.json"
    done
  fi
  # By a rename: a script that reads the state at this moment must not find half of it.
  if [ -f "$entry.host" ]; then
    cp "$entry.host" "$WINBAKE_SIMULATED_HOST/host.json.$$"
    mv "$WINBAKE_SIMULATED_HOST/host.json.$$" "$WINBAKE_SIMULATED_HOST/host.json"
  fi
  [ -s "$entry.out" ] && cat "$entry.out"
  [ -s "$entry.err" ] && cat "$entry.err" >&2
  read -r code < "$entry.code"
  exit "$code"
done
echo "fake docker has no answer for: $*" >&2
exit 125
