namespace Distillation.Serialization;

/// <summary>The functions and classes of Python whose results a file of tensors may ask for. They are made here; Python's are not run.</summary>
internal enum TorchFunction
{
    /// <summary><c>torch._utils._rebuild_tensor_v2</c>, and its forerunner with fewer arguments.</summary>
    Tensor,

    /// <summary><c>torch._utils._rebuild_parameter</c>.</summary>
    Parameter,

    /// <summary><c>collections.OrderedDict</c>.</summary>
    OrderedDictionary,

    /// <summary><c>torch.Size</c>.</summary>
    Size,

    /// <summary><c>torch.device</c>.</summary>
    Device,
}
