#include "engine/model/embedding.h"

namespace moebel
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

struct RoundedEmbedding : torch::autograd::Function<RoundedEmbedding> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& table_VD, const torch::Tensor& ids_T)
    {
        context->save_for_backward({ids_T});
        context->saved_data["rows"] = table_VD.size(0);
        return torch::embedding(table_VD, ids_T).to(torch::kFloat32);
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const torch::Tensor ids_T = context->get_saved_variables()[0];
        const torch::Tensor sums =
            at::embedding_dense_backward(gradients[0].contiguous(), ids_T, context->saved_data["rows"].toInt(), -1, false);
        return {sums.to(torch::kBFloat16), {}};
    }
};

}  // namespace

torch::Tensor embeddingRows(const torch::Tensor& table_VD, const torch::Tensor& ids_T)
{
    if (table_VD.scalar_type() == torch::kFloat32) return torch::embedding(table_VD, ids_T);
    return RoundedEmbedding::apply(table_VD, ids_T);
}

}  // namespace moebel
