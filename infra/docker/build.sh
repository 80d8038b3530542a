#!/usr/bin/env bash
# Build the images of Yanzhen: `infra/docker/build.sh [NAME...]`; no name: all. Each gets the digest of its bill of materials
# as a label, which a Dockerfile alone cannot do.
#
#   YANZHEN_MIRROR   before the names of all images, `mirror.example/` (a closed network, or stand-ins)
#   YANZHEN_VERSION  the tag; 0.1.0 if not set
set -euo pipefail
cd "$(dirname "$0")/../.."
mirror=${YANZHEN_MIRROR:-} version=${YANZHEN_VERSION:-0.1.0}
revision=$(git rev-parse HEAD 2>/dev/null || true)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[ $# -gt 0 ] || set -- registry mobility assessment notify tools simulators
for name; do
  started=$SECONDS
  common=(-q -f infra/docker/Dockerfile --build-arg "MIRROR=$mirror" --build-arg "SERVICE=$name")
  DOCKER_BUILDKIT=1 docker build "${common[@]}" --target sbom --output "$scratch/$name" . >/dev/null
  digest=$(sha256sum "$scratch/$name/sbom.cdx.json" | cut -d' ' -f1)
  tag=${mirror}yanzhen/$name:$version
  DOCKER_BUILDKIT=1 docker build "${common[@]}" --build-arg "SBOM_SHA256=$digest" --build-arg "VERSION=$version" \
    --build-arg "REVISION=$revision" -t "$tag" . >/dev/null
  size=$(docker image inspect -f '{{.Size}}' "$tag")
  echo "built $tag ($((size / 1000000)) MB, $((SECONDS - started)) s), sbom sha256 ${digest:0:12}…"
done
