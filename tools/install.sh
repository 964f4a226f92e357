# shellcheck shell=sh
# How ./ligature installs and builds what is missing or stale. It is read by that script only, and uses
# its $root, $machine_path, $platform and $yourself.

lock=$root/.cache/install.lock
worker=

# alone MAKE unless CHECK: one ./ligature at a time, and the second finds it made.
alone() {
  take_lock
  "$3" || "$1"
  release_lock
}

# One at a time: the lock is a symbolic link, so that it is made together with its holder's process id.
take_lock() {
  mkdir -p "$root/.cache"
  [ -w "$root/.cache" ] || fail "Cannot write to $root/.cache."
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  seconds=0
  until ln -s $$ "$lock" 2>/dev/null; do
    if is_stale && break_lock; then continue; fi
    [ $seconds -ne 0 ] || say 'Waiting for another ./ligature that is installing or building …'
    [ $seconds -lt 600 ] || fail "Still waiting. If no other ./ligature is running, remove $lock*."
    seconds=$((seconds + 1))
    sleep 1
  done
  trap release_lock EXIT
}

release_lock() {
  if [ -n "$worker" ]; then
    kill "$worker" 2>/dev/null || :
    wait "$worker" || :
  fi
  rm -f "$lock.worker" "$lock"
  trap - EXIT HUP INT TERM
}

# A holder that was killed can leave its worker behind, still writing.
is_stale() {
  holder=$(readlink "$lock") || return 1
  if [ "$holder" != $$ ] && is_running "$holder"; then return 1; fi
  ! is_running "$(cat "$lock.worker" 2>/dev/null)"
}

is_running() {
  [ -n "$1" ] && kill -0 "$1" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

# Of two that find the lock stale, the second must not remove what the first has taken since.
break_lock() {
  mkdir "$lock.break" 2>/dev/null || return 1
  if is_stale; then rm -f "$lock.worker" "$lock"; fi
  rmdir "$lock.break"
}

# In the background, because a shell hears a signal only between its foreground commands. Its first act is
# to write down its process id, so that none is at work which nobody knows of.
work() {
  sh -c 'echo $$ >"$0" && exec "$@"' "$lock.worker" "$@" </dev/null >&2 &
  worker=$!
  wait "$worker" && result=0 || result=$?
  worker=
  return "$result"
}

install_own_node() {
  command -v npm >/dev/null || fail "Node is missing or too old, and npm to install it is missing. $yourself"
  say 'Installing Node 24 into .cache/node (once) …'
  rm -rf "$root/.cache/node."*
  fresh=$root/.cache/node.$$
  mkdir "$fresh"
  package=node-$platform@^24.16.0
  set -- npm install --prefix "$fresh" --no-save --no-audit --no-fund --loglevel error "$package"
  work "$@" || fail "npm could not install $package. $yourself"
  "$fresh/node_modules/.bin/node" --version >/dev/null || fail "The Node from npm does not run here. $yourself"
  # Debian's npm finds its own parts only under Debian's Node.
  if ! PATH=$fresh/node_modules/.bin:$PATH npm --version >/dev/null 2>&1; then
    work "$@" npm@11 || fail "npm could not install npm 11. $yourself"
  fi
  rm -rf "$root/.cache/node"
  mv "$fresh" "$root/.cache/node"
  find_own_node || fail "npm has no Node that is new enough. $yourself"
}

install_packages() {
  command -v npm >/dev/null || fail 'npm is needed to install the packages, and it is missing.'
  say 'Installing the packages of package-lock.json …'
  # npm looks for the machine's settings (a company's registry, say) beside the Node that runs it.
  settings=$(PATH=$machine_path npm config get globalconfig) || fail "npm does not run. $yourself"
  work npm ci --prefix "$root" --globalconfig "$settings" --include=dev --no-audit --no-fund --loglevel error ||
    fail 'npm could not install the packages.'
  packages_stamp >"$root/node_modules/.ligature-stamp.new"
  mv "$root/node_modules/.ligature-stamp.new" "$root/node_modules/.ligature-stamp"
}

build() {
  say 'Building dist/ …'
  work node "$root/tools/build.ts" || fail 'dist/ could not be built.'
}
