namespace Distillation.Serialization;

/// <summary>What the names in a pickle of PyTorch mean. What has no meaning here is refused by its name.</summary>
internal sealed class TorchObjects(MemoryBudget budget, string path)
{
    private static readonly Dictionary<string, TorchFunction> Functions = new()
    {
        ["torch._utils._rebuild_tensor_v2"] = TorchFunction.Tensor,
        ["torch._utils._rebuild_tensor"] = TorchFunction.Tensor,
        ["torch._utils._rebuild_parameter"] = TorchFunction.Parameter,
        ["collections.OrderedDict"] = TorchFunction.OrderedDictionary,
        ["torch.Size"] = TorchFunction.Size,
        ["torch.device"] = TorchFunction.Device,
    };

    private static readonly HashSet<string> Types =
    [
        "torch.float64", "torch.float32", "torch.float16", "torch.bfloat16", "torch.int64", "torch.int32", "torch.int16", "torch.int8", "torch.uint8", "torch.bool", "torch.complex64", "torch.complex128",
    ];

    private readonly Dictionary<string, TorchStorage> _storages = [];

    /// <summary>All storages that were named.</summary>
    public IReadOnlyCollection<TorchStorage> Storages => _storages.Values;

    public TorchStorage? FindStorage(string key) => _storages.GetValueOrDefault(key);

    /// <summary>What a name of Python stands for: a function, a type of storages, or a type of numbers, which is its name.</summary>
    public object Find(string name) =>
        Functions.TryGetValue(name, out TorchFunction function) ? function
        : TorchStorageType.Find(name) as object
        ?? (Types.Contains(name)
            ? name
            : throw new InvalidDataException(
                $"'{path}' refers to {name}, which is not allowed: it may have tensors, numbers and texts, in dictionaries, lists and tuples, and no code is run. Save the state_dict() of a module instead of the module."));

    /// <summary>A storage, of <c>('storage', type, key, device, count)</c>; in the old format a sixth value says of what it is a part, and is none.</summary>
    public TorchStorage Storage(object?[] id)
    {
        if (id is not (["storage", TorchStorageType, string, string, long] or ["storage", TorchStorageType, string, string, long, null]))
        {
            throw Wrong("a storage must have a type, a name, a device and a number of elements, and be part of no other");
        }

        (var type, string key, long count) = ((TorchStorageType)id[1]!, (string)id[2]!, (long)id[4]!);
        if (count < 0 || count > long.MaxValue / type.Width)
        {
            throw Wrong($"storage '{key}' has {count} numbers");
        }

        var storage = new TorchStorage(key, type.Dtype, type.Width, count);
        if (_storages.TryGetValue(key, out TorchStorage? known))
        {
            return known == storage ? known : throw Wrong($"storage '{key}' is {known.Count} {known.Dtype} in one place and {count} {type.Dtype} in another");
        }

        budget.Spend(3 * MemoryBudget.ValueBytes);
        _storages.Add(key, storage);
        return storage;
    }

    /// <summary>What a function of Python would make of its arguments.</summary>
    public object Make(TorchFunction function, object?[] arguments) => (function, arguments) switch
    {
        (TorchFunction.Tensor, [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..]) => new StoredTensor(storage, offset, Numbers(shape), Numbers(strides)),
        (TorchFunction.Parameter, [StoredTensor tensor, bool, _]) => tensor,
        (TorchFunction.OrderedDictionary, []) => new List<KeyValuePair<object?, object?>>(),
        (TorchFunction.Size, [object?[] sizes]) => sizes,
        (TorchFunction.Device, [string device, ..]) => device,
        _ => throw Wrong($"the arguments of {function} are others than PyTorch writes"),
    };

    private long[] Numbers(object?[] tuple)
    {
        budget.Spend(tuple.Length * sizeof(long));
        return Array.ConvertAll(tuple, value => value is long number ? number : throw Wrong("sizes and strides must be whole numbers below 2^63"));
    }

    private InvalidDataException Wrong(string what) => new($"'{path}' is damaged, or no file of PyTorch: {what}.");
}
