namespace Distillation.Serialization;

/// <summary>The functions and classes of Python whose results a file of tensors has. They are made here; Python's are not run.</summary>
internal enum TorchFunction
{
    /// <summary><c>torch._utils._rebuild_tensor_v2</c>, and its forerunner with fewer arguments.</summary>
    Tensor,

    /// <summary><c>torch._utils._rebuild_tensor_v3</c>: numbers of a type that storages do not have, in a storage of bytes.</summary>
    TypedTensor,

    /// <summary><c>torch._utils._rebuild_qtensor</c>.</summary>
    QuantizedTensor,

    /// <summary><c>torch._utils._rebuild_parameter</c>, with a state or without, and its forerunners.</summary>
    Parameter,

    /// <summary><c>torch._utils._rebuild_device_tensor_from_cpu_tensor</c>.</summary>
    DeviceTensor,

    /// <summary><c>torch._tensor._rebuild_from_type_v2</c> and its forerunners: a tensor with attributes, or of a subclass.</summary>
    TensorOfClass,

    /// <summary><c>collections.OrderedDict</c>, <c>collections.Counter</c>.</summary>
    Dictionary,

    /// <summary>A set, frozen or not.</summary>
    Set,

    /// <summary><c>torch.Size</c>.</summary>
    Size,

    /// <summary><c>_codecs.encode</c>: bytes, of a text.</summary>
    Bytes,

    /// <summary>What holds no tensor, such as a complex number or a device.</summary>
    Value,
}
