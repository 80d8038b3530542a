#!/bin/sh
# collect.sh IMAGE SOURCE TARGET: copy the code that belongs into that image, and nothing of any other.
set -eu
image=$1 source=$2 target=$3
mkdir -p "$target/services" "$target/infra"
cp -R "$source/shared" "$target/shared"
cp "$source/services/__init__.py" "$target/services/"
module=shared.runtime
case $image in
  registry|mobility|assessment|notify)
    cp -R "$source/services/$image" "$target/services/$image"
    rm -R "$target/shared/embedded" ;;  # servers and stand-ins for a developer's machine
  tools)
    module=services.cli
    # rebuilds any service's read models, so it holds them all; the demonstration needs a developer's machine
    cp -R "$source/services/." "$target/services/"
    cp -R "$source/infra/nats" "$target/infra/nats"
    rm -R "$target/services/cli/demo" ;;
  simulators)
    module=shared.embedded.simulator ;;
  *)
    echo "SERVICE is ${image:-not given}: name registry, mobility, assessment, notify, tools or simulators" >&2
    exit 2 ;;
esac
printf '#!/bin/sh\nexec python -m %s "$@"\n' "$module" > "$target/run"
chmod 755 "$target/run"
