# Sourced by the scripts that export tables: the directory is the only argument; PYTHON says which Python (python3).
set -euo pipefail
python=${PYTHON:-python3}

if [ $# -ne 1 ]; then
  echo "usage: $0 DIRECTORY" >&2
  exit 2
fi

missing() {
  echo "$1 is missing. On Debian: apt-get install $2" >&2
  exit 1
}

require_r() {
  local package
  for package in "$@"; do
    Rscript -e "library($package)" >/dev/null 2>&1 || missing "$package for R" "r-cran-${package,,}"
  done
}

require_sklearn() {
  "$python" -c 'import sklearn' 2>/dev/null || missing "scikit-learn for $python" "python3-sklearn, and set PYTHON=/usr/bin/python3"
}

mkdir -p "$1"
