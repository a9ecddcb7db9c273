// Convolutions with bias by oneDNN, one or a chain of them, behind a C interface for ctypes.

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
};

const char *onednn_error() { return last_error.c_str(); }

void onednn_version(int *parts) {
    const dnnl_version_t *version = dnnl_version();
    parts[0] = version->major, parts[1] = version->minor, parts[2] = version->patch;
}

void onednn_free(Chain *chain) { delete chain; }

// `count` convolutions, each of which reads what the one before makes; with `adds_input`, x is added
// to the last one's result. x NCHW. Null with `onednn_error` set where oneDNN refuses.
Chain *onednn_prepare(const Stage *stages, int64_t count, int adds_input, const float *x,
                      int activations, int threads) try {
    omp_set_num_threads(threads);
    auto made = std::make_unique<Chain>();
    made->threads = threads;
    const auto f32 = memory::data_type::f32;
    const tag chosen = activations == kChannelsLast ? tag::nhwc : tag::any;
    auto huge = [&](const memory::desc &desc) {
        return huge_memory(desc, made->engine, made->owned);
    };
    auto reordered = [&](const memory &source, const memory::desc &desc) {
        memory result = huge(desc);
        made->steps.push_back({dnnl::reorder(source, result),
                               {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, result}}});
        return result;
    };

    memory first, value;  // what the chain and the next convolution read
    for (int64_t number = 0; number < count; ++number) {
        const Stage &stage = stages[number];
        const Geometry *g = &stage.geometry;
        const bool is_last = number + 1 == count;
        const memory::dims filter_dims =
            g->groups == 1 ? memory::dims{g->cout, g->cin, g->kh, g->kw}
                           : memory::dims{g->groups, g->cout / g->groups, g->cin / g->groups,
                                          g->kh, g->kw};
        const memory::desc plain_x({1, g->cin, g->hin, g->win}, f32, tag::nchw);
        const memory::desc plain_weights(filter_dims, f32, g->groups == 1 ? tag::oihw : tag::goihw);
        const memory::desc plain_result({1, g->cout, g->hout, g->wout}, f32, tag::nchw);
        const memory::desc bias_desc({g->cout}, f32, tag::x);
        memory::desc result_desc(plain_result.get_dims(), f32, chosen);

        dnnl::post_ops after;
        if (stage.ceiling > 0)
            after.append_eltwise(dnnl::algorithm::eltwise_clip, 0.0f, stage.ceiling);
        const bool adds = is_last && adds_input;
        if (adds) {
            result_desc = first.get_desc();
            after.append_binary(dnnl::algorithm::binary_add, first.get_desc());
        }
        dnnl::primitive_attr attributes;
        attributes.set_post_ops(after);
        const dnnl::convolution_forward::primitive_desc description(
            made->engine, dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_auto,
            memory::desc(plain_x.get_dims(), f32, chosen),
            memory::desc(filter_dims, f32, tag::any), bias_desc, result_desc,
            {g->stride_h, g->stride_w}, {g->dilation - 1, g->dilation - 1},
            {g->pad_top, g->pad_left}, {g->pad_bottom, g->pad_right}, attributes);

        if (number == 0) {
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
        memory given_weights(plain_weights, made->engine, const_cast<float *>(stage.weights));
        memory weights = huge(description.weights_desc());
        memory bias = huge(bias_desc);
        memory result = huge(description.dst_desc());
        std::memcpy(bias.get_data_handle(), stage.bias, bias_desc.get_size());
        dnnl::reorder(given_weights, weights).execute(made->stream, given_weights, weights);
        std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, value},
                                                  {DNNL_ARG_WEIGHTS, weights},
                                                  {DNNL_ARG_BIAS, bias},
                                                  {DNNL_ARG_DST, result}};
        if (adds)
            arguments.insert(
                {DNNL_ARG_ATTR_MULTIPLE_POST_OP(after.len() - 1) | DNNL_ARG_SRC_1, first});
        made->steps.push_back({dnnl::convolution_forward(description), arguments});
        value = result;
        made->plain_result = plain_result;
    }
    made->result = value;
    if (activations == kPlain && value.get_desc() != made->plain_result)
        made->result = reordered(value, made->plain_result);
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

// The result as NCHW; 0, or 1 with `onednn_error` set.
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
