#include "app/workbench/page/form_texts.h"

#include <QCoreApplication>
#include <QHash>
#include <QRegularExpression>

#include "moebel/base/embedded.h"
#include "moebel/experiment/experiment_file.h"

namespace moebel
{

namespace
{

struct Row {
    const char* path;
    const char* label;
    const char* help;
};

// scripts/translate.sh knows the alias.
#define N(text) QT_TRANSLATE_NOOP("moebel", text)
constexpr Row kRows[] = {
    {"title", N("Title"), N("What the run is called in every list.")},
    {"seed", N("Seed"), N("The same seed gives the same weights, text order and numbers.")},
    {"preset", N("Preset"), N("Fills the expansion and the stages; what the file says itself goes before it.")},
    {"data.source", N("Text"), N("Where the text of the languages comes from.")},
    {"data.heldout", N("Held out"), N("Documents that are kept for evaluation, the same pages in every language.")},
    {"data.files", N("Files"), N("One file a language, seen from the folder of the experiment: {en = \"en.txt\"}.")},
    {"data.max_bytes_per_language", N("Bytes per language"), N("Training text is cut here; 0 takes all of it.")},
    {"data.temperature", N("Temperature"), N("Share of a language = weight times size to this power; 0 leaves the sizes out.")},
    {"data.weights", N("Weights"), N("More or less of a language among its role: {el = 2.0}; the others have 1.")},
    {"data.synthetic_documents", N("Documents"), N("How many documents a made-up language has.")},
    {"data.synthetic_families", N("Families"), N("How many families the made-up languages belong to.")},
    {"data.synthetic_mixing", N("Mixing"), N("Share of words that made-up languages of a family have in common.")},
    {"tokenizer.vocabulary", N("Vocabulary"), N("Pieces of the tokenizer that is trained on equal bytes of every language.")},
    {"tokenizer.path", N("Tokenizer file"), N("A tokenizer.json, a SentencePiece .model or a .gguf to use instead of training one; a model as base brings its own.")},
    {"tokenizer.train_bytes_per_language", N("Tokenizer bytes"), N("Text of each language that the tokenizer is trained on.")},
    {"base.kind", N("Begin with"), N("A small model trained here, or a checkpoint that exists.")},
    {"base.path", N("Checkpoint or run"), N("Folder of the model or of a finished run, seen from the folder of the experiment.")},
    {"base.layers", N("Layers"), N("Blocks of attention and feed-forward network.")},
    {"base.width", N("Width"), N("Numbers that stand for one token between the layers.")},
    {"base.heads", N("Heads"), N("Attention heads of a layer; width / heads must be even.")},
    {"base.key_value_heads", N("Key-value heads"), N("Heads that share their keys and values; divides the heads.")},
    {"base.feed_forward_width", N("Feed-forward width"), N("Inner width of one expert.")},
    {"base.context_length", N("Context"), N("Longest sequence the model can read, in tokens.")},
    {"base.rope_theta", N("RoPE theta"), N("Base of the rotary position embedding.")},
    {"base.tied_head", N("Tied head"), N("The output layer uses the weights of the embedding.")},
    {"base.tokens", N("Tokens"), N("Length of the pretraining on the original languages.")},
    {"base.batch_sequences", N("Batch"), N("Sequences of one pretraining step.")},
    {"base.sequence_length", N("Sequence length"), N("Tokens of one pretraining sequence.")},
    {"base.learning_rate", N("Learning rate"), N("Largest step size of the pretraining.")},
    {"base.warmup_fraction", N("Warm-up"), N("Share of the steps over which the learning rate rises.")},
    {"base.final_fraction", N("Final rate"), N("Share of the learning rate at the last step.")},
    {"base.embedding_std", N("Embedding spread"), N("Standard deviation of the embedding at the start.")},
    {"base.linear_std", N("Linear spread"), N("Standard deviation of the other weights at the start.")},
    {"deviation.steps", N("Steps of the probe"), N("Training on each language alone, from the same base.")},
    {"deviation.batch_sequences", N("Batch of the probe"), N("Sequences of one step.")},
    {"deviation.micro_batch_sequences", N("Micro-batch of the probe"), N("Sequences computed at once; 0 takes the whole batch.")},
    {"deviation.sequence_length", N("Length of the probe"), N("Tokens of one sequence.")},
    {"deviation.learning_rate", N("Rate of the probe"), N("Of the first step; it falls linearly to 0.")},
    {"deviation.similarity_layers", N("Layers of the similarity"), N("The last so many layers make the similarity of the languages.")},
    {"deviation.with_gate", N("With the gate"), N("The gate's weights count as part of the feed-forward network.")},
    {"deviation.packing", N("Packing"), N("Documents one after the other; without it one a sequence, cut or padded.")},
    {"deviation.weights", N("Weights of the probe"), N("bfloat16 rounds them after every step, so that most of the change is lost.")},
    {"base.expanded_share", N("Share of expanded languages"), N("Of the base's text; 0 leaves them to the expansion.")},
    {"groups.count", N("Groups"), N("Groups of expanded languages, one expert each, of one size where it divides them.")},
    {"groups.algorithm", N("Grouping"), N("Who makes the groups: the similarity of the probe, chance, what is known, or the list.")},
    {"groups.members", N("Members"), N("One text a group, with spaces between the codes: \"es pt ca\".")},
    {"groups.source", N("Similarity"), N("What makes languages alike: the probe's changes, hidden states, gradients, or shared tokens.")},
    {"groups.layer", N("Layer of the similarity"), N("Of the hidden states; -1 takes the mean over all layers.")},
    {"groups.map", N("Map"), N("A file with the group of each language, instead of members.")},
    {"expansion.deviation_threshold", N("Threshold"), N("Layers become MoE from this share of the way from least to most changed.")},
    {"expansion.layers", N("Layers"), N("Layers with one expert a group.")},
    {"expansion.router_init", N("First routers"), N("Spread of the first weights: Xavier, or normal with 0.02.")},
    {"expansion.experts", N("Experts per layer"), N("The original one included; one number, or one a layer: 5, 5, 4, 3.")},
    {"expansion.rule", N("Rule"), N("Who chooses the experts of each layer: the list, or the similarity of the languages there.")},
    {"expansion.total", N("Total of experts"), N("Of all layers, the original ones included; 0 takes the number above for each layer.")},
    {"expansion.delta", N("Delta"), N("LayerMoE's budget before rounding up, instead of a total.")},
    {"expansion.similarity_tokens", N("Tokens of the probe"), N("Tokens of each language that the similarity is measured on.")},
    {"expansion.similarity_floor", N("Floor of the similarity"), N("Lower similarities count as this; with 0, one below zero is refused.")},
    {"expansion.classifier_count", N("Classifiers"), N("So many layers get a language classifier in front of the router.")},
    {"expansion.classifier_choice", N("Layers of the classifiers"), N("The most similar ones, between new and original languages or in the mean.")},
    {"expansion.classifier_layers", N("Layers with classifier"), N("Counted from 0, instead of a number of classifiers: 5, 6, 10.")},
    {"expansion.classifier_scope", N("Scope of the classifiers"), N("They decide by the whole sequence (sees later tokens), by what came before, or by the token.")},
    {"expansion.top_k", N("Experts per token"), N("How many experts of a layer each token passes through.")},
    {"expansion.new_experts", N("New experts"), N("Begin as copies of the original one or at random.")},
    {"expansion.renormalise_top_one", N("Renormalise top 1"), N("With one expert per token its weight is 1.")},
    {"stage.kind", N("Kind"), N("Post-pretraining learns the expanded languages, a review brings the original ones back.")},
    {"stage.tokens", N("Tokens"), N("Length of the stage; rounded up to whole steps.")},
    {"stage.learning_rate", N("Learning rate"), N("Largest step size of this stage.")},
    {"stage.batch_sequences", N("Batch"), N("Sequences of one step.")},
    {"stage.micro_batch_sequences", N("Micro-batch"),
     N("Sequences computed at once; 0 takes the whole batch, less needs less memory.")},
    {"stage.sequence_length", N("Sequence length"), N("Tokens of one sequence.")},
    {"stage.balance_weight", N("Balance loss"), N("Weight of the loss that spreads tokens over the experts; 0 leaves it out.")},
    {"stage.balance_form", N("Balance form"), N("As in the paper, or as in its released code.")},
    {"stage.prior_weight", N("Prior loss"), N("Weight of the loss that sends original languages to the original expert.")},
    {"stage.prior_form", N("Prior form"), N("As in the paper, or as in its released code.")},
    {"stage.router_weight", N("Router loss"), N("Weight of the loss that teaches the routers the group of every token.")},
    {"stage.classifier_weight", N("Classifier loss"), N("Weight of the language classifiers' loss; they are made in the first stage with it.")},
    {"stage.replay_ratio", N("Replay"), N("Tokens of original languages for each token of expanded ones.")},
    {"stage.trainable", N("Learns"), N("The weights that learn; everything else is frozen.")},
    {"stage.warmup_fraction", N("Warm-up"), N("Share of the steps over which the learning rate rises.")},
    {"stage.final_fraction", N("Final rate"), N("Share of the learning rate at the last step.")},
    {"stage.weight_decay", N("Weight decay"), N("Pull of AdamW towards zero.")},
    {"stage.clip_norm", N("Clip"), N("Largest norm of the gradient; 0 leaves it as it is.")},
    {"stage.beta1", N("Beta 1"), N("Memory of AdamW for the gradient.")},
    {"stage.beta2", N("Beta 2"), N("Memory of AdamW for its square.")},
    {"evaluation.every_steps", N("Evaluate every"), N("Steps between evaluations; 0 evaluates only between the stages.")},
    {"evaluation.tasks", N("Tasks"), N("What is measured: bits-per-byte.")},
    {"evaluation.heldout_bytes", N("Held-out bytes"), N("Text of each language at the base and at the end of each stage.")},
    {"evaluation.heldout_bytes_during", N("Bytes during"), N("Text of each language at every evaluation inside a stage.")},
    {"checkpoint.every_steps", N("Checkpoint every"), N("Steps between checkpoints; 0 keeps those of the stages' ends.")},
    {"checkpoint.keep", N("Checkpoints kept"), N("How many of them stay on disk, besides the stages' ends.")},
    {"compute.precision", N("Precision"), N("What the numbers are computed in.")},
};
#undef N

QString shown(const char* text) { return QCoreApplication::translate("moebel", text); }

/// What a word of the file says to a person.
QString wordTitle(const QString& word)
{
    static const QHash<QString, const char*> kTitles = {
        {"libreoffice-help", QT_TRANSLATE_NOOP("moebel", "LibreOffice help")},
        {"gnome-help", QT_TRANSLATE_NOOP("moebel", "GNOME help")},
        {"text", QT_TRANSLATE_NOOP("moebel", "Text files")},
        {"jsonl", QT_TRANSLATE_NOOP("moebel", "JSON lines")},
        {"synthetic", QT_TRANSLATE_NOOP("moebel", "Made-up languages")},
        {"pretrain", QT_TRANSLATE_NOOP("moebel", "A new small model")},
        {"checkpoint", QT_TRANSLATE_NOOP("moebel", "A checkpoint")},
        {"run", QT_TRANSLATE_NOOP("moebel", "An earlier run")},
        {"manual", QT_TRANSLATE_NOOP("moebel", "As listed")},
        {"by-similarity", QT_TRANSLATE_NOOP("moebel", "By similarity, rounded up")},
        {"largest-remainder", QT_TRANSLATE_NOOP("moebel", "By similarity, exact total")},
        {"reverse-similarity", QT_TRANSLATE_NOOP("moebel", "Against similarity (control)")},
        {"uniform", QT_TRANSLATE_NOOP("moebel", "Evenly")},
        {"schedule", QT_TRANSLATE_NOOP("moebel", "By depth")},
        {"by-deviation", QT_TRANSLATE_NOOP("moebel", "By deviation (DMoE)")},
        {"nearest-expert", QT_TRANSLATE_NOOP("moebel", "Copies of the nearest expert (DMoE's adaptation)")},
        {"layers", QT_TRANSLATE_NOOP("moebel", "In the listed layers")},
        {"normal", QT_TRANSLATE_NOOP("moebel", "Normal")},
        {"xavier", QT_TRANSLATE_NOOP("moebel", "Xavier")},
        {"exact", QT_TRANSLATE_NOOP("moebel", "Best of all groupings")},
        {"growth", QT_TRANSLATE_NOOP("moebel", "Grown by similarity")},
        {"family", QT_TRANSLATE_NOOP("moebel", "By language family")},
        {"script", QT_TRANSLATE_NOOP("moebel", "By script")},
        {"by-new-original", QT_TRANSLATE_NOOP("moebel", "New with original")},
        {"by-mean", QT_TRANSLATE_NOOP("moebel", "In the mean")},
        {"sequence", QT_TRANSLATE_NOOP("moebel", "The sequence")},
        {"prefix", QT_TRANSLATE_NOOP("moebel", "What came before")},
        {"token", QT_TRANSLATE_NOOP("moebel", "The token")},
        {"copy", QT_TRANSLATE_NOOP("moebel", "Copies")},
        {"random", QT_TRANSLATE_NOOP("moebel", "Random")},
        {"post-pretraining", QT_TRANSLATE_NOOP("moebel", "Post-pretraining")},
        {"review", QT_TRANSLATE_NOOP("moebel", "Review")},
        {"group-warmup", QT_TRANSLATE_NOOP("moebel", "Warm-up by groups")},
        {"joint", QT_TRANSLATE_NOOP("moebel", "Joint training")},
        {"adaptation", QT_TRANSLATE_NOOP("moebel", "Adaptation")},
        {"constant", QT_TRANSLATE_NOOP("moebel", "Constant")},
        {"new-experts-and-routers", QT_TRANSLATE_NOOP("moebel", "New experts, routers")},
        {"routers", QT_TRANSLATE_NOOP("moebel", "Routers")},
        {"all", QT_TRANSLATE_NOOP("moebel", "Everything")},
        {"paper", QT_TRANSLATE_NOOP("moebel", "Paper")},
        {"official", QT_TRANSLATE_NOOP("moebel", "Released code")},
        {"float32", QT_TRANSLATE_NOOP("moebel", "float32")},
        {"bfloat16", QT_TRANSLATE_NOOP("moebel", "bfloat16")},
    };
    const char* title = kTitles.value(word, nullptr);
    return title ? shown(title) : word;
}

ValueFieldSpec::Kind editorOf(FieldKind kind)
{
    switch (kind) {
        case FieldKind::Text:
        case FieldKind::Phrase:
            return ValueFieldSpec::Text;
        case FieldKind::Switch:
            return ValueFieldSpec::Switch;
        case FieldKind::Whole:
            return ValueFieldSpec::Whole;
        case FieldKind::Real:
            return ValueFieldSpec::Real;
        case FieldKind::Word:
            return ValueFieldSpec::Choice;
        case FieldKind::Words:
            return ValueFieldSpec::List;
        case FieldKind::WholeOrList:
            return ValueFieldSpec::Numbers;
        case FieldKind::Files:
        case FieldKind::Weights:
            return ValueFieldSpec::Plain;
    }
    return ValueFieldSpec::Text;
}

}  // namespace

FieldTexts fieldTexts(const QString& path)
{
    static const QRegularExpression kStage(QStringLiteral("^stage\\.\\d+\\."));
    QString common = path;
    common.replace(kStage, QStringLiteral("stage."));
    for (const Row& row : kRows)
        if (common == QLatin1String(row.path)) return {shown(row.label), shown(row.help)};
    return {};
}

ValueFieldSpec fieldSpec(const Field& field)
{
    ValueFieldSpec spec;
    const FieldTexts texts = fieldTexts(QString::fromStdString(field.path));
    spec.kind = editorOf(field.kind);
    spec.name = QString::fromStdString(field.path);
    spec.label = texts.label;
    spec.help = texts.help;
    spec.low = field.low;
    spec.high = field.high;
    for (const std::string& word : field.words) spec.words << QString::fromStdString(word);
    for (const QString& word : spec.words) spec.titles << wordTitle(word);
    if (field.path == "base.path") spec.kind = ValueFieldSpec::Offered;
    if (field.path != "preset") return spec;
    spec.kind = ValueFieldSpec::Choice;
    spec.words << QString();
    spec.titles << shown(QT_TRANSLATE_NOOP("moebel", "none"));
    for (const std::string& preset : presetNames()) spec.words << QString::fromStdString(preset);
    spec.titles << spec.words.mid(1);
    return spec;
}

bool isRelevant(const QString& path, const Experiment& experiment)
{
    const TextSource source = experiment.data.source;
    const bool pretrains = experiment.base.kind == BaseKind::Pretrain;
    if (path == QLatin1String("data.files")) return source == TextSource::TextFiles || source == TextSource::JsonLines;
    if (path.startsWith(QLatin1String("data.synthetic_"))) return source == TextSource::Synthetic;
    if (path == QLatin1String("base.path")) return !pretrains;
    if (path == QLatin1String("tokenizer.vocabulary") || path == QLatin1String("tokenizer.train_bytes_per_language"))
        return pretrains && experiment.tokenizer.path.empty();  // one is trained
    const ExpansionSpec& expansion = experiment.expansion;
    const bool bySimilarity = isBySimilarity(expansion.rule);
    const bool classifies = expansion.classifierCount > 0 || !expansion.classifierLayers.empty();
    if (path.startsWith(QLatin1String("deviation."))) return needsDeviation(experiment);
    if (path.startsWith(QLatin1String("groups."))) return usesGroups(expansion);
    if (path == QLatin1String("expansion.deviation_threshold")) return expansion.rule == AllocationRule::ByDeviation;
    if (path == QLatin1String("expansion.layers")) return expansion.rule == AllocationRule::Layers;
    if (path == QLatin1String("expansion.total")) return bySimilarity || expansion.rule == AllocationRule::Uniform;
    if (path == QLatin1String("expansion.delta")) return expansion.rule == AllocationRule::BySimilarity;
    if (path.startsWith(QLatin1String("expansion.similarity_"))) return needsSimilarity(expansion);
    if (path == QLatin1String("expansion.classifier_choice")) return expansion.classifierCount > 0;
    if (path == QLatin1String("expansion.classifier_scope")) return classifies;
    if (path.endsWith(QLatin1String(".router_weight"))) return usesGroups(expansion);
    if (path.endsWith(QLatin1String(".classifier_weight"))) return classifies;
    if (path.startsWith(QLatin1String("base."))) return pretrains || path == QLatin1String("base.kind");
    return true;
}

QString presetDescription(const QString& preset)
{
    const auto text = embeddedFile("defaults/presets/" + preset.toStdString() + ".toml");
    if (!text || !text->starts_with("# ")) return {};
    return QString::fromUtf8(text->substr(2, text->find('\n') - 2).data(), qsizetype(text->find('\n')) - 2);
}

QString stageTitle(StageKind kind)
{
    return kind == StageKind::Pretraining ? shown(QT_TRANSLATE_NOOP("moebel", "Pretraining"))
                                          : wordTitle(QString::fromUtf8(name(kind).data(), qsizetype(name(kind).size())));
}

}  // namespace moebel
