#include "engine/model/feed_forward.h"

#include <ATen/core/LegacyTypeDispatch.h>

#include <algorithm>
#include <optional>
#include <type_traits>

#include "engine/model/device_kernels.h"

// R = T*K rows sorted by expert. On the CPU each thread takes an equal span of rows through all products of its experts, so
// that there is one hand-over between threads in the forward pass and two in the backward pass, and a row's numbers stay in one
// cache. On another device one thread puts the products of all experts into its stream. Tokens come and go in fp32; rows have
// the type of the experts, Number: float or bf16.
namespace moebel
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kRowsOfPart = 64;  ///< fewer rows are not worth a hand-over to another thread

std::int64_t partsFor(const torch::Device& device, std::int64_t rows)
{
    return device.is_cpu() ? std::clamp<std::int64_t>(rows / kRowsOfPart, 1, at::get_num_threads()) : 1;
}

/// body(expert, begin, end) for all rows of all experts.
template <typename Body>
void overExperts(const torch::Device& device, const std::vector<std::int64_t>& offsets, const Body& body)
{
    const std::int64_t rows = offsets.back(), parts = partsFor(device, rows);
    at::parallel_for(0, parts, 1, [&](std::int64_t firstPart, std::int64_t lastPart) {
        const at::AutoDispatchBelowADInplaceOrView noGraph;
        const std::int64_t spanBegin = rows * firstPart / parts, spanEnd = rows * lastPart / parts;
        for (std::size_t e = 0; e + 1 < offsets.size(); ++e) {
            const std::int64_t begin = std::max(offsets[e], spanBegin), end = std::min(offsets[e + 1], spanEnd);
            if (begin < end) body(e, begin, end);
        }
    });
}

template <typename Number>
constexpr torch::ScalarType kTypeOf = std::is_same_v<Number, float> ? torch::kFloat32 : torch::kBFloat16;

template <typename Number>
Number* numbers(const torch::Tensor& tensor, std::int64_t row = 0)
{
    return static_cast<Number*>(tensor.mutable_data_ptr()) + row * tensor.stride(0);
}

/// Where rows come from and go to; without tensors, every row is a token in its place.
struct Order {
    torch::Tensor slotOfRow, rowOfSlot;
    std::vector<std::int64_t> offsets;
    std::int64_t topK = 1;

    bool isDense() const { return !slotOfRow.defined(); }
    const std::int64_t* slots() const { return slotOfRow.const_data_ptr<std::int64_t>(); }
    const std::int64_t* rows() const { return rowOfSlot.const_data_ptr<std::int64_t>(); }
};

template <typename Number>
struct FeedForward : torch::autograd::Function<FeedForward<Number>> {
    /// `matrices`: gate, up, down of each expert; `weights_TK`: none when dense.
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x_TD, at::TensorList matrices,
                                 const std::optional<torch::Tensor>& weights_TK, const Order& order);
    static tensor_list backward(AutogradContext* context, tensor_list gradients);
};

template <typename Number>
torch::Tensor FeedForward<Number>::forward(AutogradContext* context, const torch::Tensor& x_TD, at::TensorList matrices,
                                           const std::optional<torch::Tensor>& weights_TK, const Order& order)
{
    const torch::Tensor x = x_TD.contiguous();
    const std::int64_t width = x.size(1), inner = matrices[0].size(0), rowCount = order.offsets.back();
    const auto ofRows = [&](std::int64_t size) { return torch::empty({rowCount, size}, x.options().dtype(kTypeOf<Number>)); };
    const DeviceKernels device = kernelsFor(x);
    const torch::Tensor rows = order.isDense() ? x.to(kTypeOf<Number>) : ofRows(width);
    const torch::Tensor gate = ofRows(inner), up = ofRows(inner), activated = ofRows(inner), outputs = ofRows(width);
    overExperts(x.device(), order.offsets, [&](std::size_t e, std::int64_t begin, std::int64_t end) {
        const auto part = [&](const torch::Tensor& tensor) { return tensor.narrow(0, begin, end - begin); };
        if (!order.isDense())
            device.run(device.rows<Number>().gatherRows, x.const_data_ptr<float>(), order.slots(), order.topK, width, begin,
                       end, numbers<Number>(rows));
        torch::Tensor gatePart = part(gate), upPart = part(up), outputPart = part(outputs);
        at::mm_out(gatePart, part(rows), matrices[3 * e].t());
        at::mm_out(upPart, part(rows), matrices[3 * e + 1].t());
        device.run(device.of<Number>().swiglu, numbers<Number>(gate, begin), numbers<Number>(up, begin), (end - begin) * inner,
                   numbers<Number>(activated, begin));
        at::mm_out(outputPart, part(activated), matrices[3 * e + 2].t());
    });

    const bool trainsExperts = std::any_of(matrices.begin(), matrices.end(), [](const auto& m) { return m.requires_grad(); });
    tensor_list saved = {
        gate,           up, trainsExperts ? rows : torch::Tensor(), weights_TK.value_or(torch::Tensor()), order.slotOfRow,
        order.rowOfSlot};
    saved.insert(saved.end(), matrices.begin(), matrices.end());
    context->save_for_backward(std::move(saved));
    context->saved_data["offsets"] = order.offsets;
    context->saved_data["topK"] = order.topK;
    if (order.isDense()) return outputs.to(torch::kFloat32);

    torch::Tensor y = torch::empty_like(x);
    device.run(device.rows<Number>().combineRows, numbers<Number>(outputs), weights_TK->const_data_ptr<float>(), order.rows(),
               order.topK, width, std::int64_t(0), x.size(0), numbers<float>(y));
    return y;
}

/// What a backward pass reads and makes, by rows.
struct BackwardPass {
    torch::Tensor gate, up, rows;
    Order order;
    tensor_list matrices;
    torch::Tensor dyOfRow, dgate, dup, weighted, drows;  ///< `weighted` and `drows` are undefined when nobody wants them
    torch::Tensor weightOfRow, dweightOfRow;             ///< undefined when dense
};

/// Gradients of gate, up and input of one expert's rows.
template <typename Number>
void rowGradients(const BackwardPass& pass, std::size_t expert, std::int64_t begin, std::int64_t end)
{
    const auto part = [&](const torch::Tensor& tensor) { return tensor.narrow(0, begin, end - begin); };
    const auto weightsOrNull = [&](const torch::Tensor& tensor) {
        return tensor.defined() ? numbers<float>(tensor, begin) : nullptr;
    };
    torch::Tensor dgate = part(pass.dgate);
    at::mm_out(dgate, part(pass.dyOfRow), pass.matrices[3 * expert + 2]);  // the gradient of the activation, first
    const kernels::GatedBackward<Number> activation{numbers<Number>(pass.gate, begin),
                                                    numbers<Number>(pass.up, begin),
                                                    numbers<Number>(pass.dgate, begin),
                                                    weightsOrNull(pass.weightOfRow),
                                                    numbers<Number>(pass.dgate, begin),
                                                    numbers<Number>(pass.dup, begin),
                                                    pass.weighted.defined() ? numbers<Number>(pass.weighted, begin) : nullptr,
                                                    weightsOrNull(pass.dweightOfRow)};
    const DeviceKernels device = kernelsFor(pass.gate);
    device.run(device.of<Number>().swigluBackward, activation, end - begin, pass.gate.size(1));
    if (!pass.drows.defined()) return;
    torch::Tensor drows = part(pass.drows);
    at::mm_out(drows, dgate, pass.matrices[3 * expert]);
    drows.addmm_(part(pass.dup), pass.matrices[3 * expert + 1]);
}

/// Rows `first`..`last`-1 of the gradient of one matrix: left^T right over the expert's rows.
void matrixGradient(const BackwardPass& pass, std::size_t matrix, std::int64_t first, std::int64_t last,
                    torch::Tensor& gradient)
{
    const std::int64_t begin = pass.order.offsets[matrix / 3], count = pass.order.offsets[matrix / 3 + 1] - begin;
    const torch::Tensor& left = matrix % 3 == 0 ? pass.dgate : matrix % 3 == 1 ? pass.dup : pass.dyOfRow;
    const torch::Tensor& right = matrix % 3 == 2 ? pass.weighted : pass.rows;
    torch::Tensor part = gradient.narrow(0, first, last - first);
    at::mm_out(part, left.narrow(0, begin, count).narrow(1, first, last - first).t(), right.narrow(0, begin, count));
}

/// The wanted gradients of all matrices; each is cut into as many pieces as there are threads, so that the work is even.
void matrixGradients(const BackwardPass& pass, const std::vector<std::size_t>& wanted, tensor_list& gradients)
{
    const std::int64_t parts = partsFor(pass.gate.device(), pass.order.offsets.back());
    const std::int64_t tasks = parts * std::int64_t(wanted.size());
    at::parallel_for(0, tasks, 1, [&](std::int64_t firstTask, std::int64_t lastTask) {
        const at::AutoDispatchBelowADInplaceOrView noGraph;
        for (std::int64_t task = firstTask; task < lastTask; ++task) {
            const std::int64_t part = task / std::int64_t(wanted.size());
            const std::size_t matrix = wanted[std::size_t(task) % wanted.size()];
            const std::int64_t rows = gradients[matrix].size(0);
            matrixGradient(pass, matrix, rows * part / parts, rows * (part + 1) / parts, gradients[matrix]);
        }
    });
}

/// The gradient of the tokens from that of their rows.
template <typename Number>
torch::Tensor tokenGradient(const BackwardPass& pass, std::int64_t tokens)
{
    if (pass.order.isDense()) return pass.drows.to(torch::kFloat32);
    const std::int64_t width = pass.drows.size(1);
    torch::Tensor dx = torch::empty({tokens, width}, pass.drows.options().dtype(torch::kFloat32));
    const DeviceKernels device = kernelsFor(dx);
    device.run(device.rows<Number>().gatherRowsBackward, numbers<Number>(pass.drows), pass.order.rows(), pass.order.topK, width,
               std::int64_t(0), tokens, numbers<float>(dx));
    return dx;
}

template <typename Number>
tensor_list FeedForward<Number>::backward(AutogradContext* context, tensor_list given)
{
    tensor_list saved = context->get_saved_variables();
    BackwardPass pass{saved[0],
                      saved[1],
                      saved[2],
                      {saved[4], saved[5], context->saved_data["offsets"].toIntVector(), context->saved_data["topK"].toInt()},
                      tensor_list(saved.begin() + 6, saved.end()),
                      {},
                      {},
                      {},
                      {},
                      {},
                      {},
                      {}};
    const torch::Tensor weights_TK = saved[3], dy = given[0].contiguous();
    const std::int64_t width = dy.size(1);
    tensor_list gradients(3 + pass.matrices.size());  // x, matrices, weights, order
    tensor_list dmatrices(pass.matrices.size());
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < pass.matrices.size(); ++i) {
        const bool hasRows = pass.order.offsets[i / 3 + 1] > pass.order.offsets[i / 3];
        if (!hasRows || !context->needs_input_grad(1 + i)) continue;
        wanted.push_back(i);
        dmatrices[i] = torch::empty_like(pass.matrices[i]);
    }

    pass.dyOfRow =
        pass.order.isDense() ? dy.to(kTypeOf<Number>) : torch::empty({pass.order.offsets.back(), width}, pass.gate.options());
    pass.dgate = torch::empty_like(pass.gate);
    pass.dup = torch::empty_like(pass.up);
    if (!wanted.empty()) pass.weighted = torch::empty_like(pass.gate);
    if (context->needs_input_grad(0)) pass.drows = torch::empty_like(pass.dyOfRow);
    if (!pass.order.isDense()) {
        pass.weightOfRow = weights_TK.reshape({-1}).index_select(0, pass.order.slotOfRow);
        pass.dweightOfRow = torch::empty_like(pass.weightOfRow);
    }
    const DeviceKernels device = kernelsFor(dy);
    overExperts(dy.device(), pass.order.offsets, [&](std::size_t e, std::int64_t begin, std::int64_t end) {
        if (!pass.order.isDense())
            device.run(device.rows<Number>().gatherRows, dy.const_data_ptr<float>(), pass.order.slots(), pass.order.topK, width,
                       begin, end, numbers<Number>(pass.dyOfRow));
        rowGradients<Number>(pass, e, begin, end);
    });
    if (!wanted.empty()) matrixGradients(pass, wanted, dmatrices);
    if (pass.drows.defined()) gradients[0] = tokenGradient<Number>(pass, dy.size(0));
    std::move(dmatrices.begin(), dmatrices.end(), gradients.begin() + 1);
    if (!pass.order.isDense())
        gradients[1 + pass.matrices.size()] = pass.dweightOfRow.index_select(0, pass.order.rowOfSlot).view_as(weights_TK);
    return gradients;
}

tensor_list matricesOf(const std::vector<Expert>& experts)
{
    tensor_list matrices;
    for (const Expert& expert : experts) matrices.insert(matrices.end(), {expert.gate_FD, expert.up_FD, expert.down_DF});
    return matrices;
}

torch::Tensor feedForward(const torch::Tensor& x_TD, const tensor_list& matrices,
                          const std::optional<torch::Tensor>& weights_TK, const Order& order)
{
    if (matrices.front().scalar_type() == torch::kFloat32)
        return FeedForward<float>::apply(x_TD, at::TensorList(matrices), weights_TK, order);
    return FeedForward<kernels::BFloat16>::apply(x_TD, at::TensorList(matrices), weights_TK, order);
}

bool hasKernels(const Expert& expert) { return expert.kind == FeedForwardKind::SwiGlu && !expert.upBias_F.defined(); }

/// An expert of any kind by LibTorch's operators, in its type; fp32 comes and goes.
torch::Tensor outputOf(const Expert& expert, const torch::Tensor& x_TD)
{
    return expert.forward(x_TD.to(expert.up_FD.dtype())).to(torch::kFloat32);
}

torch::Tensor routedByOperators(const torch::Tensor& x_TD, const std::vector<Expert>& experts, const torch::Tensor& weights_TK,
                                const TokenOrder& order)
{
    const torch::Tensor tokenOfRow = torch::div(order.slotOfRow, order.topK, "floor");
    std::vector<torch::Tensor> outputs;
    for (std::size_t e = 0; e < experts.size(); ++e) {
        const std::int64_t begin = order.offsets[e], rows = order.offsets[e + 1] - begin;
        if (rows > 0) outputs.push_back(outputOf(experts[e], x_TD.index_select(0, tokenOfRow.narrow(0, begin, rows))));
    }
    const torch::Tensor ofSlot = torch::cat(outputs).index_select(0, order.rowOfSlot);
    return (ofSlot.view({x_TD.size(0), order.topK, -1}) * weights_TK.unsqueeze(-1)).sum(1);
}

}  // namespace

torch::Tensor routedFeedForward(const torch::Tensor& x_TD, const std::vector<Expert>& experts, const torch::Tensor& weights_TK,
                                const TokenOrder& order)
{
    if (!hasKernels(experts.front())) return routedByOperators(x_TD, experts, weights_TK, order);
    return feedForward(x_TD, matricesOf(experts), weights_TK.contiguous(),
                       {order.slotOfRow, order.rowOfSlot, order.offsets, order.topK});
}

torch::Tensor denseFeedForward(const torch::Tensor& x_TD, const Expert& expert)
{
    if (!hasKernels(expert)) return outputOf(expert, x_TD);
    return feedForward(x_TD, matricesOf({expert}), std::nullopt, {{}, {}, {0, x_TD.size(0)}, 1});
}

}  // namespace moebel
