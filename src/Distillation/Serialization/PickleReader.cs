using System.Buffers.Binary;
using System.Numerics;

namespace Distillation.Serialization;

/// <summary>Reads what <c>torch.save</c> pickles, and runs nothing: of all that Python can name, <see cref="TorchObjects"/> knows a few, and the rest is refused.</summary>
internal sealed class PickleReader(FileWindow window, TorchObjects objects, MemoryBudget budget, string path)
{
    private PickleStack _stack = new(window, budget, path);

    /// <summary>The value of one pickle.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or names what is not allowed.</exception>
    public object? Read()
    {
        _stack = new PickleStack(window, budget, path);
        for (var code = (PickleCode)window.Byte(); code != PickleCode.Stop; code = (PickleCode)window.Byte())
        {
            if (!Scalar(code) && !Text(code) && !Container(code) && !Kept(code) && !Object(code))
            {
                throw _stack.Wrong($"has the instruction {code} (0x{(byte)code:x2}), which is not allowed");
            }
        }

        return _stack.Pop();
    }

    private bool Scalar(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Proto:
                window.Skip(1);
                return true;
            case PickleCode.Frame:
                window.Skip(8);
                return true;
            case PickleCode.Long1:
                PushLong(window.Bytes(window.Byte()));
                return true;
        }

        if (code is not (PickleCode.None or PickleCode.NewTrue or PickleCode.NewFalse or PickleCode.BinInt or PickleCode.BinInt1 or PickleCode.BinInt2 or PickleCode.BinFloat))
        {
            return false;
        }

        _stack.Push(code switch
        {
            PickleCode.None => null,
            PickleCode.NewTrue => true,
            PickleCode.NewFalse => false,
            PickleCode.BinInt => (long)BinaryPrimitives.ReadInt32LittleEndian(window.Bytes(4)),
            PickleCode.BinInt1 => (long)window.Byte(),
            PickleCode.BinInt2 => (long)BinaryPrimitives.ReadUInt16LittleEndian(window.Bytes(2)),
            _ => BinaryPrimitives.ReadDoubleBigEndian(window.Bytes(8)),
        });
        return true;
    }

    private bool Text(PickleCode code)
    {
        long? length = code switch
        {
            PickleCode.ShortBinUnicode or PickleCode.ShortBinString => window.Byte(),
            PickleCode.BinUnicode => BinaryPrimitives.ReadUInt32LittleEndian(window.Bytes(4)),
            PickleCode.BinString => BinaryPrimitives.ReadInt32LittleEndian(window.Bytes(4)),
            PickleCode.BinUnicode8 => BinaryPrimitives.ReadInt64LittleEndian(window.Bytes(8)),
            _ => null,
        };
        if (length is { } bytes)
        {
            _stack.Push(window.Text(bytes));
        }

        return length is not null;
    }

    private bool Container(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Mark:
                _stack.Mark();
                return true;
            case PickleCode.Pop:
                _stack.Pop();
                return true;
            case PickleCode.PopMark:
                _stack.PopToMark();
                return true;
            case PickleCode.EmptyTuple or PickleCode.Tuple1 or PickleCode.Tuple2 or PickleCode.Tuple3:
                _stack.Push(_stack.Pop(code == PickleCode.EmptyTuple ? 0 : 1 + code - PickleCode.Tuple1));
                return true;
            case PickleCode.Tuple:
                _stack.Push(_stack.PopToMark());
                return true;
            case PickleCode.EmptyList:
                _stack.Push(new List<object?>());
                return true;
            case PickleCode.EmptyDict:
                _stack.Push(new List<KeyValuePair<object?, object?>>());
                return true;
            case PickleCode.Append or PickleCode.Appends:
                object?[] items = code == PickleCode.Append ? _stack.Pop(1) : _stack.PopToMark();
                _stack.Top<List<object?>>("a list to append to").AddRange(items);
                return true;
            case PickleCode.SetItem or PickleCode.SetItems:
                SetItems(code == PickleCode.SetItem ? _stack.Pop(2) : _stack.PopToMark());
                return true;
            default:
                return false;
        }
    }

    private bool Kept(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.BinPut:
                _stack.Keep(window.Byte());
                return true;
            case PickleCode.LongBinPut:
                _stack.Keep(BinaryPrimitives.ReadUInt32LittleEndian(window.Bytes(4)));
                return true;
            case PickleCode.Memoize:
                _stack.KeepNext();
                return true;
            case PickleCode.BinGet:
                _stack.PushKept(window.Byte());
                return true;
            case PickleCode.LongBinGet:
                _stack.PushKept(BinaryPrimitives.ReadUInt32LittleEndian(window.Bytes(4)));
                return true;
            default:
                return false;
        }
    }

    private bool Object(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Global:
                _stack.Push(objects.Find($"{window.Line()}.{window.Line()}"));
                return true;
            case PickleCode.StackGlobal:
                string name = _stack.Pop<string>("the name of a function or class");
                _stack.Push(objects.Find($"{_stack.Pop<string>("the name of a module")}.{name}"));
                return true;
            case PickleCode.BinPersId:
                _stack.Push(objects.Storage(_stack.Pop<object?[]>("a storage as a tuple")));
                return true;
            case PickleCode.Reduce:
                object?[] arguments = _stack.Pop<object?[]>("the arguments of a function as a tuple");
                _stack.Push(objects.Make(_stack.Pop<TorchFunction>("one of the known functions before its arguments"), arguments));
                return true;
            case PickleCode.Build:
                // An ordered dictionary of weights has the versions of its modules as an attribute; no tensor is among them.
                _stack.Pop();
                _stack.Top<List<KeyValuePair<object?, object?>>>("attributes at a dictionary alone");
                return true;
            default:
                return false;
        }
    }

    private void SetItems(object?[] items)
    {
        List<KeyValuePair<object?, object?>> dictionary = _stack.Top<List<KeyValuePair<object?, object?>>>("a dictionary to set items in");
        if (items.Length % 2 != 0)
        {
            throw _stack.Wrong("must have a value for each key");
        }

        dictionary.AddRange(items.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], pair[1])));
    }

    // Few whole numbers need more than eight bytes: the number that tells the old format is one, seeds are others.
    private void PushLong(ReadOnlySpan<byte> bytes)
    {
        var number = new BigInteger(bytes);
        _stack.Push(number >= long.MinValue && number <= long.MaxValue ? (long)number : (object)number);
    }
}
