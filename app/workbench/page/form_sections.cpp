// Which field stands where in the form.
#include <QCoreApplication>

#include "app/workbench/page/form_texts.h"

namespace moebel
{

namespace
{

QString shown(const char* text) { return QCoreApplication::translate("moebel", text); }

QStringList below(const QString& prefix, const QStringList& keys)
{
    QStringList paths;
    for (const QString& key : keys) paths << prefix + QLatin1Char('.') + key;
    return paths;
}

}  // namespace

QList<FormSection> formSections()
{
    return {
        {shown(QT_TRANSLATE_NOOP("moebel", "Experiment")), {"title", "preset", "seed"}, {}},
        {shown(QT_TRANSLATE_NOOP("moebel", "Text")),
         QStringList{"data.source", "data.heldout", "tokenizer.vocabulary", "data.files"} +
             below("data", {"synthetic_documents", "synthetic_families", "synthetic_mixing"}),
         {"data.max_bytes_per_language", "data.temperature", "data.weights", "tokenizer.train_bytes_per_language", "tokenizer.path"}},
        {shown(QT_TRANSLATE_NOOP("moebel", "Base model")),
         below("base", {"kind", "path", "layers", "width", "tokens", "learning_rate", "feed_forward_width"}),
         below("base", {"heads", "key_value_heads", "context_length", "batch_sequences", "sequence_length", "warmup_fraction",
                        "final_fraction", "rope_theta", "expanded_share", "embedding_std", "linear_std", "tied_head"})},
        {shown(QT_TRANSLATE_NOOP("moebel", "Expansion")), below("expansion", {"experts", "rule", "total", "top_k", "new_experts"}),
         below("expansion", {"delta", "similarity_tokens", "similarity_floor", "classifier_count", "classifier_choice",
                             "classifier_layers", "classifier_scope", "renormalise_top_one", "deviation_threshold", "layers", "router_init"}) +
             below("groups", {"count", "algorithm", "members"}) +
             below("deviation", {"steps", "batch_sequences", "micro_batch_sequences", "sequence_length", "learning_rate",
                                 "similarity_layers", "with_gate", "packing", "weights"})},
        {shown(QT_TRANSLATE_NOOP("moebel", "Evaluation and checkpoints")),
         {"evaluation.every_steps", "evaluation.heldout_bytes", "checkpoint.every_steps"},
         {"evaluation.tasks", "evaluation.heldout_bytes_during", "checkpoint.keep", "compute.precision"}},
    };
}

FormSection stageSection(int index)
{
    const QString prefix = QStringLiteral("stage.%1").arg(index);
    return {{},
            below(prefix, {"kind", "tokens", "learning_rate", "batch_sequences", "trainable", "replay_ratio", "balance_weight",
                           "prior_weight", "classifier_weight", "router_weight"}),
            below(prefix, {"sequence_length", "micro_batch_sequences", "warmup_fraction", "final_fraction", "balance_form",
                           "prior_form", "weight_decay", "clip_norm", "beta1", "beta2"})};
}

}  // namespace moebel
