// Compiled by MSBuild in the builds of those who use the package, and by the tests: plain C# 7.3, no package.
#nullable disable
#pragma warning disable IDE0005 // The tests have some of these usings for all their files.
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

/// <summary>Edits the table of methods of a .NET assembly (ECMA-335, part II, sections 22.26, 24.2 and 25).</summary>
public static class NativeCallers
{
    private const uint MethodToken = 0x06000000;
    private const ushort PinvokeImpl = 0x2000;   // MethodAttributes.PinvokeImpl
    private const ushort NoOptimization = 0x48;  // MethodImplOptions.NoOptimization | MethodImplOptions.NoInlining

    /// <summary>
    /// Marks each method that calls native code to be compiled without optimization: its arguments and locals then live until it returns, so that no garbage
    /// collection frees one during the call.
    /// </summary>
    /// <param name="file">The bytes of the assembly; they stay as they are.</param>
    /// <returns>The changed bytes; null where there is nothing to change.</returns>
    /// <exception cref="InvalidDataException">The file is no .NET assembly, or its tables lead out of it.</exception>
    public static byte[] Mark(byte[] file)
    {
        var image = new Image(file);
        var natives = new HashSet<uint>();
        for (uint method = 0; method < image.Methods; method++)
        {
            if ((image.Attributes(method) & PinvokeImpl) != 0)
            {
                natives.Add(MethodToken | (method + 1));
            }
        }

        byte[] changed = null;
        for (uint method = 0; method < image.Methods; method++)
        {
            long options = image.Options(method);
            if ((image.UInt16(options) & NoOptimization) != NoOptimization && image.Calls(method, natives))
            {
                changed = changed ?? (byte[])file.Clone();
                changed[options] |= (byte)NoOptimization;
            }
        }

        return changed;
    }

    private sealed class Image
    {
        private const int MethodTable = 6;

        private readonly byte[] _file;
        private readonly long _sections;
        private readonly int _sectionCount;
        private readonly long _methods;
        private readonly int _methodSize;

        public Image(byte[] file)
        {
            _file = file;
            if (file.Length < 64 || file[0] != 'M' || file[1] != 'Z')
            {
                throw new InvalidDataException("it is no .NET assembly");
            }

            long header = UInt32(60);
            if (UInt32(header) != 0x4550)
            {
                throw new InvalidDataException("it is no .NET assembly");
            }

            _sectionCount = UInt16(header + 6);
            _sections = header + 24 + UInt16(header + 20);
            long directories = header + 24 + (UInt16(header + 24) == 0x20b ? 112 : 96);
            uint common = UInt32(directories + (14 * 8)); // the CLI header
            if (UInt32(directories - 4) < 15 || common == 0)
            {
                throw new InvalidDataException("it is no .NET assembly");
            }

            long tables = Tables(Offset(UInt32(Offset(common) + 8)));
            var rows = new uint[64];
            long at = tables + 24;
            for (int table = 0; table < rows.Length; table++)
            {
                if ((UInt32(tables + 8 + (table / 32 * 4)) >> (table % 32) & 1) != 0)
                {
                    rows[table] = UInt32(at);
                    at += 4;
                }
            }

            // The tables before that of methods, with the widths that the counts of rows and the sizes of the heaps ask for.
            byte heaps = file[tables + 6];
            int text = (heaps & 1) != 0 ? 4 : 2;
            int guid = (heaps & 2) != 0 ? 4 : 2;
            int blob = (heaps & 4) != 0 ? 4 : 2;
            int scope = Index(2, rows[0x00], rows[0x1a], rows[0x23], rows[0x01]);
            int type = Index(2, rows[0x02], rows[0x01], rows[0x1b]);
            int field = Index(0, rows[0x04]);
            int method = Index(0, rows[MethodTable]);
            int[] sizes = { 2 + text + (3 * guid), scope + (2 * text), 4 + (2 * text) + type + field + method, field, 2 + text + blob, method };
            for (int table = 0; table < sizes.Length; table++)
            {
                at += (long)rows[table] * sizes[table];
            }

            _methods = at;
            _methodSize = 8 + text + blob + Index(0, rows[0x08]);
            Methods = rows[MethodTable];
            Check(_methods + ((long)Methods * _methodSize), 0);
        }

        public uint Methods { get; }

        /// <summary>Where the implementation flags of a method are.</summary>
        public long Options(uint method) => _methods + ((long)method * _methodSize) + 4;

        public ushort Attributes(uint method) => UInt16(Options(method) + 2);

        /// <summary>
        /// Whether a method calls one of others: whether their tokens are among its bytes. Bytes that only look like a token count too: such a method is marked
        /// in vain, and nothing breaks.
        /// </summary>
        public bool Calls(uint method, HashSet<uint> called)
        {
            uint address = UInt32(Options(method) - 4);
            if (address == 0)
            {
                return false;
            }

            long code = Offset(address);
            bool isTiny = (UInt16(code) & 3) == 2;
            long size = isTiny ? _file[code] >> 2 : UInt32(code + 4);
            code += isTiny ? 1 : 4 * (UInt16(code) >> 12);
            Check(code, size);
            for (long at = code; at <= code + size - 4; at++)
            {
                if (called.Contains(UInt32(at)))
                {
                    return true;
                }
            }

            return false;
        }

        public ushort UInt16(long at)
        {
            Check(at, 2);
            return (ushort)(_file[at] | (_file[at + 1] << 8));
        }

        private static int Index(int tag, params uint[] rows)
        {
            foreach (uint count in rows)
            {
                if (count >= 1u << (16 - tag))
                {
                    return 4;
                }
            }

            return 2;
        }

        // The stream of tables, #~, among those of the metadata.
        private long Tables(long metadata)
        {
            long at = metadata + 16 + UInt32(metadata + 12);
            int streams = UInt16(at + 2);
            at += 4;
            for (int stream = 0; stream < streams; stream++)
            {
                long tables = metadata + UInt32(at);
                string name = Name(at + 8);
                if (name == "#~")
                {
                    Check(tables, 24);
                    return tables;
                }

                at += 8 + ((name.Length / 4 * 4) + 4);
            }

            throw new InvalidDataException("it has no tables of metadata");
        }

        private string Name(long at)
        {
            var name = new StringBuilder();
            for (; ; at++)
            {
                Check(at, 1);
                if (_file[at] == 0 || name.Length == 32)
                {
                    return name.ToString();
                }

                name.Append((char)_file[at]);
            }
        }

        // Where in the file a place of the loaded image is.
        private long Offset(uint address)
        {
            for (int section = 0; section < _sectionCount; section++)
            {
                long at = _sections + (section * 40);
                uint start = UInt32(at + 12);
                if (address >= start && address - start < UInt32(at + 16))
                {
                    return UInt32(at + 20) + (address - start);
                }
            }

            throw new InvalidDataException("it is truncated, or its tables lead out of it");
        }

        private uint UInt32(long at)
        {
            Check(at, 4);
            return _file[at] | ((uint)_file[at + 1] << 8) | ((uint)_file[at + 2] << 16) | ((uint)_file[at + 3] << 24);
        }

        private void Check(long at, long count)
        {
            if (at < 0 || at > _file.Length - count)
            {
                throw new InvalidDataException("it is truncated, or its tables lead out of it");
            }
        }
    }
}

#if !DISTILLATION_TESTS
/// <summary>Creates a copy of an assembly whose callers of native code are marked.</summary>
public sealed class KeepArgumentsAlive : Microsoft.Build.Utilities.Task
{
    /// <summary>The assembly of the package.</summary>
    [Microsoft.Build.Framework.Required]
    public Microsoft.Build.Framework.ITaskItem Assembly { get; set; }

    /// <summary>Where the copy goes.</summary>
    [Microsoft.Build.Framework.Required]
    public string Copy { get; set; }

    /// <summary>The file that lists the copy, if one was made; it is written last.</summary>
    [Microsoft.Build.Framework.Required]
    public string Stamp { get; set; }

    public override bool Execute()
    {
        string path = Assembly.GetMetadata("FullPath");
        try
        {
            byte[] changed = NativeCallers.Mark(File.ReadAllBytes(path));
            Directory.CreateDirectory(Path.GetDirectoryName(Copy));
            if (changed == null)
            {
                File.Delete(Copy);
            }
            else
            {
                Write(Copy, changed);
                Log.LogMessage(
                    Microsoft.Build.Framework.MessageImportance.High,
                    "Distillation uses a copy of {0} that keeps alive what it hands to native code. "
                    + "To switch it off, set the property DistillationKeepArgumentsAlive to false.",
                    Path.GetFileName(path));
            }

            File.WriteAllLines(Stamp, changed == null ? new string[0] : new[] { Copy });
        }
        catch (Exception exception) when (exception is IOException || exception is InvalidDataException || exception is UnauthorizedAccessException)
        {
            Log.LogError(
                "Distillation cannot make TorchSharp keep alive what it hands to native code: '{0}': {1}. "
                + "Restore the package again (dotnet nuget locals global-packages --clear), or set the property DistillationKeepArgumentsAlive to false.",
                path,
                exception.Message);
        }

        return !Log.HasLoggedErrors;
    }

    // Not in place: other folders have hard links to the file.
    private static void Write(string path, byte[] bytes)
    {
        string draft = path + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(draft, bytes);
        File.Delete(path);
        File.Move(draft, path);
    }
}
#endif
