using System.Buffers.Binary;
using System.Globalization;

namespace Distillation.Serialization;

/// <summary>
/// Reads what <c>torch.save</c> pickles, and runs nothing: of all that Python can name, <see cref="TorchObjects"/> has a few; the rest is passed over, each a
/// <see cref="PickleObject"/>.
/// </summary>
internal sealed class PickleReader(FileWindow window, TorchObjects objects, MemoryBudget budget, string path)
{
    private PickleStack _stack = new(window, budget, path);

    /// <summary>The value of one pickle.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public object? Read()
    {
        _stack = new PickleStack(window, budget, path);
        for (var code = (PickleCode)window.Byte(); code != PickleCode.Stop; code = (PickleCode)window.Byte())
        {
            if (PickleConstants.TryRead(code, window, out object? value))
            {
                _stack.Push(value);
            }
            else if (!Frame(code) && !Container(code) && !Fill(code) && !Kept(code) && !Named(code) && !Made(code))
            {
                throw _stack.Wrong($"has the instruction {code} (0x{(byte)code:x2}), which is not allowed");
            }
        }

        return _stack.Pop();
    }

    private bool Frame(PickleCode code)
    {
        int length = code switch { PickleCode.Proto => 1, PickleCode.Frame => 8, _ => 0 };
        window.Skip(length);
        return length > 0;
    }

    private bool Container(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Mark:
                _stack.Mark();
                return true;
            case PickleCode.Pop:
                _stack.PopOrMark();
                return true;
            case PickleCode.PopMark:
                _stack.PopToMark();
                return true;
            case PickleCode.Dup:
                _stack.Push(_stack.Top());
                return true;
            case PickleCode.EmptyTuple or PickleCode.Tuple1 or PickleCode.Tuple2 or PickleCode.Tuple3:
                _stack.Push(_stack.Pop(code == PickleCode.EmptyTuple ? 0 : 1 + code - PickleCode.Tuple1));
                return true;
            case PickleCode.Tuple or PickleCode.FrozenSet:
                _stack.Push(_stack.PopToMark());
                return true;
            case PickleCode.EmptyList or PickleCode.EmptySet:
                _stack.Push(new List<object?>());
                return true;
            case PickleCode.List:
                _stack.Push(new List<object?>(_stack.PopToMark()));
                return true;
            case PickleCode.EmptyDict:
                _stack.Push(new PickleDictionary());
                return true;
            case PickleCode.Dict:
                object?[] items = _stack.PopToMark();
                var dictionary = new PickleDictionary();
                SetItems(dictionary, items);
                _stack.Push(dictionary);
                return true;
            default:
                return false;
        }
    }

    private bool Fill(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Append or PickleCode.Appends or PickleCode.AddItems:
                object?[] items = code == PickleCode.Append ? _stack.Pop(1) : _stack.PopToMark();
                (_stack.Top() switch
                {
                    List<object?> list => list,
                    PickleObject other => other.Items,
                    _ => throw _stack.Wrong("must have a list to append to"),
                }).AddRange(items);
                return true;
            case PickleCode.SetItem or PickleCode.SetItems:
                object?[] pairs = code == PickleCode.SetItem ? _stack.Pop(2) : _stack.PopToMark();
                SetItems(
                    _stack.Top() switch
                    {
                        PickleDictionary dictionary => dictionary,
                        PickleObject other => other.Pairs,
                        _ => throw _stack.Wrong("must have a dictionary to set items in"),
                    },
                    pairs);
                return true;
            default:
                return false;
        }
    }

    private bool Kept(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Put:
                _stack.Keep(LineNumber());
                return true;
            case PickleCode.BinPut:
                _stack.Keep(window.Byte());
                return true;
            case PickleCode.LongBinPut:
                _stack.Keep(BinaryPrimitives.ReadUInt32LittleEndian(window.Bytes(4)));
                return true;
            case PickleCode.Memoize:
                _stack.KeepNext();
                return true;
            case PickleCode.Get:
                _stack.PushKept(LineNumber());
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

    private bool Named(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Global:
                _stack.Push(objects.Find(LineName()));
                return true;
            case PickleCode.StackGlobal:
                string name = _stack.Pop<string>("the name of a function or class");
                _stack.Push(objects.Find($"{_stack.Pop<string>("the name of a module")}.{name}"));
                return true;
            case PickleCode.Ext1:
                _stack.Push(objects.Extension(window.Byte()));
                return true;
            case PickleCode.Ext2:
                _stack.Push(objects.Extension(BinaryPrimitives.ReadUInt16LittleEndian(window.Bytes(2))));
                return true;
            case PickleCode.Ext4:
                _stack.Push(objects.Extension(BinaryPrimitives.ReadInt32LittleEndian(window.Bytes(4))));
                return true;
            case PickleCode.BinPersId:
                _stack.Push(objects.Persistent(_stack.Pop<object?[]>("a storage as a tuple")));
                return true;
            default:
                return false;
        }
    }

    private bool Made(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Reduce or PickleCode.NewObj:
                object?[] arguments = _stack.Pop<object?[]>("the arguments of a function as a tuple");
                _stack.Push(objects.Make(_stack.Pop(), arguments));
                return true;
            case PickleCode.NewObjEx:
                object? named = _stack.Pop();
                object?[] others = _stack.Pop<object?[]>("the arguments of a class as a tuple");
                _stack.Push(objects.Make(_stack.Pop(), named is PickleDictionary { Count: 0 } ? others : [.. others, named]));
                return true;
            case PickleCode.Inst:
                _stack.Push(objects.Make(objects.Find(LineName()), _stack.PopToMark()));
                return true;
            case PickleCode.Obj:
                _stack.Push(
                    _stack.PopToMark() is [var made, .. var rest] ? objects.Make(made, rest) : throw _stack.Wrong("must have a class before its arguments"));
                return true;
            case PickleCode.Build:
                Build(_stack.Pop());
                return true;
            default:
                return false;
        }
    }

    // An ordered dictionary of weights has the versions of its modules as an attribute, and a tensor may have attributes of the user's: no weight is among
    // them.
    private void Build(object? state)
    {
        switch (_stack.Top())
        {
            case PickleObject other:
                other.Parts.Add(state);
                break;
            case PickleDictionary or StoredTensor:
                break;
            default:
                throw _stack.Wrong("must have attributes at a dictionary, a tensor or an object alone");
        }
    }

    private void SetItems(PickleDictionary dictionary, object?[] items)
    {
        if (items.Length % 2 != 0)
        {
            throw _stack.Wrong("must have a value for each key");
        }

        dictionary.AddRange(items.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], pair[1])));
    }

    private string LineName() => window.Line() is { } module && window.Line() is { } name
        ? $"{module}.{name}"
        : throw _stack.Wrong($"has the name of a class that is no text of at most {FileWindow.LongestLine} letters");

    private long LineNumber() => long.TryParse(window.Line(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
        ? number
        : throw _stack.Wrong("must have the number of a value that is kept");
}
