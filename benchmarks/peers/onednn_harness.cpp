// One convolution with bias by oneDNN, behind a C interface for ctypes.

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

// How the activations lie when `onednn_run` starts and stops.
enum Activations { kPlain = 0, kPreferred = 1, kChannelsLast = 2 };

struct Convolution {
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

void onednn_free(Convolution *convolution) { delete convolution; }

// x NCHW, weights OIHW, bias [O]. Null with `onednn_error` set where oneDNN refuses.
Convolution *onednn_prepare(const Geometry *g, const float *x, const float *weights,
                            const float *bias, int activations, int threads) try {
    omp_set_num_threads(threads);
    auto made = std::make_unique<Convolution>();
    made->threads = threads;
    const auto f32 = memory::data_type::f32;
    const memory::dims filter_dims =
        g->groups == 1 ? memory::dims{g->cout, g->cin, g->kh, g->kw}
                       : memory::dims{g->groups, g->cout / g->groups, g->cin / g->groups, g->kh,
                                      g->kw};
    const memory::desc plain_x({1, g->cin, g->hin, g->win}, f32, tag::nchw);
    const memory::desc plain_weights(filter_dims, f32, g->groups == 1 ? tag::oihw : tag::goihw);
    const memory::desc bias_desc({g->cout}, f32, tag::x);
    made->plain_result = memory::desc({1, g->cout, g->hout, g->wout}, f32, tag::nchw);

    const tag chosen = activations == kChannelsLast ? tag::nhwc : tag::any;
    const dnnl::convolution_forward::primitive_desc description(
        made->engine, dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_auto,
        memory::desc(plain_x.get_dims(), f32, chosen), memory::desc(filter_dims, f32, tag::any),
        bias_desc, memory::desc(made->plain_result.get_dims(), f32, chosen),
        {g->stride_h, g->stride_w}, {g->dilation - 1, g->dilation - 1}, {g->pad_top, g->pad_left},
        {g->pad_bottom, g->pad_right});

    auto huge = [&](const memory::desc &desc) {
        return huge_memory(desc, made->engine, made->owned);
    };
    memory given_x(plain_x, made->engine, const_cast<float *>(x));
    memory given_weights(plain_weights, made->engine, const_cast<float *>(weights));
    memory conv_x = huge(description.src_desc());
    memory conv_weights = huge(description.weights_desc());
    memory conv_bias = huge(bias_desc);
    memory conv_result = huge(description.dst_desc());
    std::memcpy(conv_bias.get_data_handle(), bias, bias_desc.get_size());
    dnnl::reorder(given_weights, conv_weights).execute(made->stream, given_weights, conv_weights);
    dnnl::reorder(given_x, conv_x).execute(made->stream, given_x, conv_x);

    const bool reorders = activations == kPlain;
    if (reorders && conv_x.get_desc() != plain_x) {
        memory source = huge(plain_x);
        std::memcpy(source.get_data_handle(), x, plain_x.get_size());
        made->steps.push_back({dnnl::reorder(source, conv_x),
                               {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, conv_x}}});
    }
    made->steps.push_back({dnnl::convolution_forward(description),
                           {{DNNL_ARG_SRC, conv_x},
                            {DNNL_ARG_WEIGHTS, conv_weights},
                            {DNNL_ARG_BIAS, conv_bias},
                            {DNNL_ARG_DST, conv_result}}});
    made->result = conv_result;
    if (reorders && conv_result.get_desc() != made->plain_result) {
        made->result = huge(made->plain_result);
        made->steps.push_back({dnnl::reorder(conv_result, made->result),
                               {{DNNL_ARG_FROM, conv_result}, {DNNL_ARG_TO, made->result}}});
    }
    made->stream.wait();
    return made.release();
} catch (const std::exception &error) {
    last_error = error.what();
    return nullptr;
}

// 0, or 1 with `onednn_error` set.
int onednn_run(Convolution *convolution, int64_t calls) try {
    omp_set_num_threads(convolution->threads);
    for (int64_t call = 0; call < calls; ++call)
        for (auto &[primitive, arguments] : convolution->steps)
            primitive.execute(convolution->stream, arguments);
    convolution->stream.wait();
    return 0;
} catch (const std::exception &error) {
    last_error = error.what();
    return 1;
}

// The result as NCHW; 0, or 1 with `onednn_error` set.
int onednn_result(Convolution *convolution, float *out) try {
    memory plain(convolution->plain_result, convolution->engine, out);
    dnnl::reorder(convolution->result, plain).execute(convolution->stream, convolution->result,
                                                      plain);
    convolution->stream.wait();
    return 0;
} catch (const std::exception &error) {
    last_error = error.what();
    return 1;
}

}  // extern "C"
