// Convolutions with bias by oneDNN, one or a chain of them, and gradients of convolutions, behind a C
// interface for ctypes.

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sys/mman.h>

#include "oneapi/dnnl/dnnl.hpp"

// Of the OpenMP runtime that oneDNN brings along.
extern "C" void omp_set_num_threads(int threads);

using dnnl::memory;
using tag = memory::format_tag;

namespace {

constexpr size_t kHugePage = size_t{1} << 21;

thread_local std::string last_error;

// Memory on huge pages, where the system gives out such pages.
memory huge_memory(const memory::desc &desc, const dnnl::engine &engine,
                   std::vector<std::unique_ptr<void, decltype(&std::free)>> &owned) {
    const size_t size = (desc.get_size() / kHugePage + 1) * kHugePage;
    void *data = std::aligned_alloc(kHugePage, size);
    if (data == nullptr) throw std::bad_alloc();
    owned.emplace_back(data, &std::free);
    madvise(data, size, MADV_HUGEPAGE);
    std::memset(data, 0, size);
    return memory(desc, engine, data);
}

}  // namespace

extern "C" {

// Sizes in elements; dilation 1 means dense.
struct Geometry {
    int64_t cin, hin, win, cout, hout, wout, kh, kw;
    int64_t stride_h, stride_w, pad_top, pad_left, pad_bottom, pad_right;
    int64_t dilation, groups;
};

// Weights OIHW, bias [O]; `ceiling` is the bound of a ReLU that follows, 0: none does.
struct Stage {
    Geometry geometry;
    float ceiling;
    const float *weights, *bias;
};

// How the activations lie when `onednn_run` starts and stops.
enum Activations { kPlain = 0, kPreferred = 1, kChannelsLast = 2 };

struct Chain {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
    std::vector<std::unique_ptr<void, decltype(&std::free)>> owned;
    std::vector<std::pair<dnnl::primitive, std::unordered_map<int, memory>>> steps;
    memory result;
    memory::desc plain_result;
    int threads;

    memory huge(const memory::desc &desc) { return huge_memory(desc, engine, owned); }

    // A copy in the layout `desc`.
    memory laid_out(const float *plain, const memory::desc &plain_desc, const memory::desc &desc) {
        memory given(plain_desc, engine, const_cast<float *>(plain));
        memory copied = huge(desc);
        dnnl::reorder(given, copied).execute(stream, given, copied);
        return copied;
    }
};

const char *onednn_error() { return last_error.c_str(); }

void onednn_version(int *parts) {
    const dnnl_version_t *version = dnnl_version();
    parts[0] = version->major, parts[1] = version->minor, parts[2] = version->patch;
}

void onednn_free(Chain *chain) { delete chain; }

static memory::dims filter_dims(const Geometry &g) {
    memory::dims dims{g.cout / g.groups, g.cin / g.groups, g.kh, g.kw};
    if (g.groups > 1) dims.insert(dims.begin(), g.groups);
    return dims;
}

static memory::desc plain_filter(const Geometry &g) {
    const tag plain = g.groups == 1 ? tag::oihw : tag::goihw;
    return {filter_dims(g), memory::data_type::f32, plain};
}

// Whether oneDNN has the second one as a post-operation of the first one.
static bool can_fuse(const Geometry &g, const Geometry &next) {
    const bool is_pointwise = g.groups == 1 && g.kh == 1 && g.kw == 1 && g.stride_h == 1 &&
                              g.stride_w == 1 && g.pad_top == 0 && g.pad_left == 0 &&
                              g.pad_bottom == 0 && g.pad_right == 0;
    const bool is_depthwise = next.groups == next.cin && next.groups == next.cout;
    return is_pointwise && is_depthwise && next.kh == 3 && next.kw == 3 && next.dilation == 1 &&
           next.stride_h == next.stride_w && next.stride_h <= 2 && next.pad_top == 1 &&
           next.pad_left == 1 && next.pad_bottom == 1 && next.pad_right == 1;
}

// `count` convolutions, each of which reads what the one before makes; with `adds_input`, x is added
// to the last one's result. With `fuses`, 3x3 depthwise ones become post-operations of the pointwise
// ones before them. x NCHW. Null with `onednn_error` set where oneDNN refuses.
Chain *onednn_prepare(const Stage *stages, int64_t count, int adds_input, const float *x,
                      int activations, int fuses, int threads) try {
    omp_set_num_threads(threads);
    auto made = std::make_unique<Chain>();
    made->threads = threads;
    const auto f32 = memory::data_type::f32;
    const tag chosen = activations == kChannelsLast ? tag::nhwc : tag::any;
    auto huge = [&](const memory::desc &desc) { return made->huge(desc); };
    auto reordered = [&](const memory &source, const memory::desc &desc) {
        memory result = huge(desc);
        made->steps.push_back({dnnl::reorder(source, result),
                               {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, result}}});
        return result;
    };

    auto packed = [&](const Geometry &g, const float *plain, const memory::desc &desc) {
        return made->laid_out(plain, plain_filter(g), desc);
    };
    auto copied_bias = [&](const Stage &stage) {
        const memory::desc desc({stage.geometry.cout}, f32, tag::x);
        memory result = huge(desc);
        std::memcpy(result.get_data_handle(), stage.bias, desc.get_size());
        return result;
    };

    memory first, value;  // what the chain and the next convolution read
    for (int64_t number = 0; number < count;) {
        const Stage &stage = stages[number];
        const Geometry *g = &stage.geometry;
        const bool has_next = number + 1 < count;
        const bool next_adds = adds_input && number + 2 == count;
        const Stage *fused = nullptr;
        if (fuses && has_next && !next_adds && can_fuse(*g, stages[number + 1].geometry))
            fused = &stages[number + 1];
        number += fused ? 2 : 1;
        const memory::desc plain_x({1, g->cin, g->hin, g->win}, f32, tag::nchw);
        memory::desc result_desc({1, g->cout, g->hout, g->wout}, f32, chosen);

        dnnl::post_ops after;
        auto append_ceiling = [&](const Stage &one) {
            if (one.ceiling > 0)
                after.append_eltwise(dnnl::algorithm::eltwise_clip, 0.0f, one.ceiling);
        };
        append_ceiling(stage);
        if (fused) {
            after.append_dw(f32, f32, f32, 3, fused->geometry.stride_h, 1);
            append_ceiling(*fused);
        }
        const bool adds = adds_input && number == count;
        if (adds) {
            result_desc = first.get_desc();
            after.append_binary(dnnl::algorithm::binary_add, first.get_desc());
        }
        dnnl::primitive_attr attributes;
        attributes.set_post_ops(after);
        const dnnl::convolution_forward::primitive_desc description(
            made->engine, dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_auto,
            memory::desc(plain_x.get_dims(), f32, chosen),
            memory::desc(filter_dims(*g), f32, tag::any), memory::desc({g->cout}, f32, tag::x),
            result_desc, {g->stride_h, g->stride_w}, {g->dilation - 1, g->dilation - 1},
            {g->pad_top, g->pad_left}, {g->pad_bottom, g->pad_right}, attributes);

        if (!first) {
            memory given(plain_x, made->engine, const_cast<float *>(x));
            if (activations == kPlain && description.src_desc() != plain_x) {
                memory source = huge(plain_x);
                std::memcpy(source.get_data_handle(), x, plain_x.get_size());
                value = reordered(source, description.src_desc());
            } else {
                value = huge(description.src_desc());
            }
            dnnl::reorder(given, value).execute(made->stream, given, value);
            first = value;
        } else if (value.get_desc() != description.src_desc()) {
            value = reordered(value, description.src_desc());
        }
        memory result = huge(description.dst_desc());
        std::unordered_map<int, memory> arguments{
            {DNNL_ARG_SRC, value},
            {DNNL_ARG_WEIGHTS, packed(*g, stage.weights, description.weights_desc())},
            {DNNL_ARG_BIAS, copied_bias(stage)},
            {DNNL_ARG_DST, result}};
        if (fused) {
            const int place = DNNL_ARG_ATTR_POST_OP_DW;
            const memory::desc desc =
                description.query_md(dnnl::query::exec_arg_md, place | DNNL_ARG_WEIGHTS);
            arguments.insert(
                {place | DNNL_ARG_WEIGHTS, packed(fused->geometry, fused->weights, desc)});
            arguments.insert({place | DNNL_ARG_BIAS, copied_bias(*fused)});
        }
        if (adds)
            arguments.insert(
                {DNNL_ARG_ATTR_MULTIPLE_POST_OP(after.len() - 1) | DNNL_ARG_SRC_1, first});
        made->steps.push_back({dnnl::convolution_forward(description), arguments});
        value = result;
    }
    const Geometry &last = stages[count - 1].geometry;
    made->plain_result = memory::desc({1, last.cout, last.hout, last.wout}, f32, tag::nchw);
    made->result = value;
    if (activations == kPlain && value.get_desc() != made->plain_result)
        made->result = reordered(value, made->plain_result);
    made->stream.wait();
    return made.release();
} catch (const std::exception &error) {
    last_error = error.what();
    return nullptr;
}

// A gradient of a convolution: with `of_weights` of its filter, `operand` being the input NCHW, or of
// its input, `operand` being the filter OIHW. `grad` NCHW is the gradient of its result. All tensors
// lie as a training loop would keep them, and none is converted in a run. Null with `onednn_error`
// set where oneDNN refuses.
Chain *onednn_prepare_gradient(const Geometry *g, int of_weights, const float *operand,
                               const float *grad, int activations, int threads) try {
    omp_set_num_threads(threads);
    auto made = std::make_unique<Chain>();
    made->threads = threads;
    const auto f32 = memory::data_type::f32;
    const tag chosen = activations == kChannelsLast ? tag::nhwc : tag::any;
    const memory::desc plain_x({1, g->cin, g->hin, g->win}, f32, tag::nchw);
    const memory::desc plain_y({1, g->cout, g->hout, g->wout}, f32, tag::nchw);
    const memory::desc x(plain_x.get_dims(), f32, chosen), y(plain_y.get_dims(), f32, chosen);
    const memory::desc filter(filter_dims(*g), f32, tag::any);
    const memory::dims strides{g->stride_h, g->stride_w};
    const memory::dims dilates{g->dilation - 1, g->dilation - 1};
    const memory::dims before{g->pad_top, g->pad_left}, after{g->pad_bottom, g->pad_right};
    const auto automatic = dnnl::algorithm::convolution_auto;
    const dnnl::convolution_forward::primitive_desc forward(
        made->engine, dnnl::prop_kind::forward_training, automatic, x, filter, y, strides, dilates,
        before, after);

    if (of_weights) {
        const dnnl::convolution_backward_weights::primitive_desc description(
            made->engine, automatic, x, filter, y, strides, dilates, before, after, forward);
        made->plain_result = plain_filter(*g);
        made->result = made->huge(description.diff_weights_desc());
        made->steps.push_back(
            {dnnl::convolution_backward_weights(description),
             {{DNNL_ARG_SRC, made->laid_out(operand, plain_x, description.src_desc())},
              {DNNL_ARG_DIFF_DST, made->laid_out(grad, plain_y, description.diff_dst_desc())},
              {DNNL_ARG_DIFF_WEIGHTS, made->result}}});
    } else {
        const dnnl::convolution_backward_data::primitive_desc description(
            made->engine, automatic, x, filter, y, strides, dilates, before, after, forward);
        made->plain_result = plain_x;
        made->result = made->huge(description.diff_src_desc());
        made->steps.push_back(
            {dnnl::convolution_backward_data(description),
             {{DNNL_ARG_WEIGHTS, made->laid_out(operand, plain_filter(*g), description.weights_desc())},
              {DNNL_ARG_DIFF_DST, made->laid_out(grad, plain_y, description.diff_dst_desc())},
              {DNNL_ARG_DIFF_SRC, made->result}}});
    }
    made->stream.wait();
    return made.release();
} catch (const std::exception &error) {
    last_error = error.what();
    return nullptr;
}

// 0, or 1 with `onednn_error` set.
int onednn_run(Chain *chain, int64_t calls) try {
    omp_set_num_threads(chain->threads);
    for (int64_t call = 0; call < calls; ++call)
        for (auto &[primitive, arguments] : chain->steps)
            primitive.execute(chain->stream, arguments);
    chain->stream.wait();
    return 0;
} catch (const std::exception &error) {
    last_error = error.what();
    return 1;
}

// The result as NCHW or OIHW; 0, or 1 with `onednn_error` set.
int onednn_result(Chain *chain, float *out) try {
    memory plain(chain->plain_result, chain->engine, out);
    dnnl::reorder(chain->result, plain).execute(chain->stream, chain->result, plain);
    chain->stream.wait();
    return 0;
} catch (const std::exception &error) {
    last_error = error.what();
    return 1;
}

}  // extern "C"
