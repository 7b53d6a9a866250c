namespace Distillation.Serialization;

/// <summary>What the names in a pickle of PyTorch mean. What has no meaning here is a <see cref="PickleObject"/>.</summary>
internal sealed class TorchObjects(MemoryBudget budget, string path)
{
    private static readonly Dictionary<string, TorchFunction> Functions = new()
    {
        ["torch._utils._rebuild_tensor_v2"] = TorchFunction.Tensor,
        ["torch._utils._rebuild_tensor"] = TorchFunction.Tensor,
        ["torch._utils._rebuild_tensor_v3"] = TorchFunction.TypedTensor,
        ["torch._utils._rebuild_qtensor"] = TorchFunction.QuantizedTensor,
        ["torch._utils._rebuild_parameter"] = TorchFunction.Parameter,
        ["torch._utils._rebuild_parameter_with_state"] = TorchFunction.Parameter,
        ["torch.nn.parameter.Parameter"] = TorchFunction.Parameter,
        ["torch.autograd.variable.Variable"] = TorchFunction.Parameter,
        ["torch._utils._rebuild_device_tensor_from_cpu_tensor"] = TorchFunction.DeviceTensor,
        ["torch._tensor._rebuild_from_type_v2"] = TorchFunction.TensorOfClass,
        ["torch._tensor._rebuild_from_type"] = TorchFunction.TensorOfClass,
        ["torch.tensor._rebuild_from_type"] = TorchFunction.TensorOfClass,
        ["collections.OrderedDict"] = TorchFunction.Dictionary,
        ["collections.Counter"] = TorchFunction.Dictionary,
        ["builtins.set"] = TorchFunction.Set,
        ["__builtin__.set"] = TorchFunction.Set,
        ["builtins.frozenset"] = TorchFunction.Set,
        ["__builtin__.frozenset"] = TorchFunction.Set,
        ["torch.Size"] = TorchFunction.Size,
        ["_codecs.encode"] = TorchFunction.Bytes,
        ["builtins.bytearray"] = TorchFunction.Value,
        ["__builtin__.bytearray"] = TorchFunction.Value,
        ["builtins.complex"] = TorchFunction.Value,
        ["__builtin__.complex"] = TorchFunction.Value,
        ["torch.device"] = TorchFunction.Value,
        ["torch.serialization._get_layout"] = TorchFunction.Value,
    };

    private readonly Dictionary<string, TorchStorage> _storages = [];
    private readonly Dictionary<string, PickleObject> _unknownStorages = [];

    /// <summary>All storages that were named and that the file itself has, but for those of unknown types.</summary>
    public IReadOnlyCollection<TorchStorage> Storages => _storages.Values;

    /// <summary>The storages that were named and whose numbers are of a type that is not known, by their names.</summary>
    public IReadOnlyDictionary<string, PickleObject> UnknownStorages => _unknownStorages;

    public TorchStorage? FindStorage(string key) => _storages.GetValueOrDefault(key);

    /// <summary>What a name of Python stands for: a function, a type of storages or of numbers, or an unknown object.</summary>
    public object Find(string name) =>
        Functions.TryGetValue(name, out TorchFunction function) ? function
        : TorchStorageType.OfStorage(name)
            ?? TorchStorageType.OfNumbers(name)
            ?? (object)Unknown(name, name.StartsWith("torch._utils._rebuild_", StringComparison.Ordinal));

    /// <summary>What a number of the extension registry of Python's <c>copyreg</c> stands for.</summary>
    public PickleObject Extension(int number) => Unknown($"copyreg extension {number}", isTensor: false);

    /// <summary>
    /// What <c>torch.save</c> keeps outside of the pickle: a storage, <c>('storage', type, key, device, count)</c>, or, in the old format, the class of a
    /// module with its source, <c>('module', class, file, source)</c>.
    /// </summary>
    /// <remarks>In the old format a sixth value of a storage is none, or <c>(key, offset, count)</c> for a part of it.</remarks>
    public object? Persistent(object?[] id) => id switch
    {
        ["module", var type, ..] => type,
        ["storage", PickleObject type, string key, ..] => UnknownStorage(type, key),
        ["storage", TorchStorageType type, string key, string, long count, .. [] or [null]] => Storage(type, key, count),
        ["storage", TorchStorageType type, string key, string, long count, object?[] part] => Part(Storage(type, key, count), part),
        _ => throw Wrong("a storage must have a type, a name, a device and a number of elements"),
    };

    /// <summary>What a function or class of Python would make of its arguments.</summary>
    public object Make(object? function, object?[] arguments) => function switch
    {
        TorchFunction known => Known(known, arguments)
            ?? (Array.Find(arguments, argument => argument is PickleObject) is PickleObject cause
                ? Made(cause, arguments)
                : throw Wrong($"the arguments of {known} are others than PyTorch writes")),
        PickleObject unknown => Made(unknown, arguments),
        _ => throw Wrong("its pickle must have a function or a class before arguments"),
    };

    private object? Known(TorchFunction function, object?[] arguments) => (function, arguments) switch
    {
        (TorchFunction.Tensor, [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..]) =>
            new StoredTensor(storage, storage.Type, offset, Numbers(shape), Numbers(strides), IsNegated(arguments, 6)),
        (TorchFunction.TypedTensor, [TorchStorage storage, long offset, object?[] shape, object?[] strides, _, _, TorchStorageType type, ..]) =>
            new StoredTensor(storage, type, offset, Numbers(shape), Numbers(strides), IsNegated(arguments, 7)),
        (TorchFunction.QuantizedTensor, [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..]) =>
            new StoredTensor(storage, storage.Type, offset, Numbers(shape), Numbers(strides), IsNegated: false),
        (TorchFunction.Parameter, [StoredTensor or PickleObject, ..]) => arguments[0],
        (TorchFunction.DeviceTensor, [StoredTensor tensor, TorchStorageType type, ..]) when tensor.Type == type => tensor,
        (TorchFunction.DeviceTensor, [StoredTensor, TorchStorageType, ..]) =>
            Made(new PickleObject("torch._utils._rebuild_device_tensor_from_cpu_tensor", isTensor: true), arguments),
        (TorchFunction.TensorOfClass, [TorchFunction and not TorchFunction.TensorOfClass or PickleObject, _, object?[] inner, ..]) => Make(arguments[0], inner),
        (TorchFunction.Dictionary, []) => new PickleDictionary(),
        (TorchFunction.Dictionary, [PickleDictionary items]) => items,
        (TorchFunction.Dictionary, [List<object?> items]) => Pairs(items),
        (TorchFunction.Set, []) => new List<object?>(),
        (TorchFunction.Set, [List<object?> items]) => items,
        (TorchFunction.Size, [object?[] sizes]) => sizes,
        (TorchFunction.Bytes, [string text, ..]) => text,
        (TorchFunction.Bytes or TorchFunction.Value, _) => UnreadValue.Instance,
        _ => null,
    };

    private PickleObject Unknown(string name, bool isTensor)
    {
        budget.Spend((2 * (long)name.Length) + (4 * MemoryBudget.ValueBytes));
        return new PickleObject(name, isTensor);
    }

    private PickleObject Made(PickleObject type, object?[] arguments)
    {
        // Functions that make an object of the class that they get.
        bool isMaker =
            type.Name is "copyreg._reconstructor" or "copy_reg._reconstructor" or "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct";
        PickleObject made = Unknown(isMaker && arguments is [PickleObject own, ..] ? own.Name : type.Name, type.IsTensor);
        made.Parts.Add(arguments);
        return made;
    }

    private PickleObject UnknownStorage(PickleObject type, string key)
    {
        PickleObject storage = Unknown(type.Name, isTensor: true);
        _unknownStorages[key] = storage;
        return storage;
    }

    private TorchStorage Storage(TorchStorageType type, string key, long count)
    {
        if (count < 0 || count > long.MaxValue / type.Width)
        {
            throw Wrong($"storage '{key}' has {count} numbers");
        }

        var storage = new TorchStorage(key, type, count);
        if (_storages.TryGetValue(key, out TorchStorage? known))
        {
            return known == storage
                ? known
                : throw Wrong($"storage '{key}' is {known.Count} {known.Type.Dtype} in one place and {count} {type.Dtype} in another");
        }

        budget.Spend(3 * MemoryBudget.ValueBytes);
        _storages.Add(key, storage);
        return storage;
    }

    private TorchStorage Part(TorchStorage whole, object?[] part) =>
        part is [string key, long offset, long count] && offset >= 0 && count >= 0 && offset <= whole.Count - count
            ? new TorchStorage(key, whole.Type, count) { Whole = whole, Offset = offset }
            : throw Wrong($"a part of storage '{whole.Key}' must have a name, a first number and a number of elements within the {whole.Count} that it has");

    // Python 2 gives its ordered dictionaries their items as a list of pairs.
    private PickleDictionary Pairs(List<object?> items)
    {
        budget.Spend((long)items.Count * MemoryBudget.ValueBytes);
        var dictionary = new PickleDictionary();
        dictionary.AddRange(items.Select(item => item switch
        {
            List<object?> and [var key, var value] => KeyValuePair.Create(key, value),
            object?[] and [var key, var value] => KeyValuePair.Create(key, value),
            _ => throw Wrong("the items of a dictionary must be pairs"),
        }));
        return dictionary;
    }

    // PyTorch 2 saves a tensor whose sign is turned when it is read, such as the imaginary part of a conjugate, as it lies.
    private static bool IsNegated(object?[] arguments, int metadata) =>
        arguments.ElementAtOrDefault(metadata) is PickleDictionary values && values.Exists(pair => pair is { Key: "neg", Value: true });

    private long[] Numbers(object?[] tuple)
    {
        budget.Spend(tuple.Length * sizeof(long));
        return Array.ConvertAll(tuple, value => value is long number ? number : throw Wrong("sizes and strides must be whole numbers below 2^63"));
    }

    private InvalidDataException Wrong(string what) => new($"'{path}' is damaged, or no file of PyTorch: {what}.");
}
