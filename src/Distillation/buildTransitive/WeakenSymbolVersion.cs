// Compiled by MSBuild in the builds of those who use the package, and by the tests: plain C# 7.3, no package.
#nullable disable
#pragma warning disable IDE0005 // The tests have some of these usings for all their files.
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

/// <summary>Edits the list of symbol versions that an ELF file needs (Linux Standard Base, section "Symbol Versioning").</summary>
public static class ElfSymbolVersions
{
    private const uint SectionOfNeededVersions = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 0x2;                         // VER_FLG_WEAK

    /// <summary>Makes a file ask weakly for a version: the loader then takes a system without it.</summary>
    /// <param name="file">The bytes of the file; they stay as they are.</param>
    /// <param name="version">The version, such as GLIBCXX_3.4.32.</param>
    /// <returns>The changed bytes; null where there is nothing to change.</returns>
    /// <exception cref="InvalidDataException">The file is no ELF, or its tables lead out of it.</exception>
    public static byte[] Weaken(byte[] file, string version)
    {
        if (file.Length < 64 || file[0] != 0x7f || file[1] != 'E' || file[2] != 'L' || file[3] != 'F')
        {
            throw new InvalidDataException("it is no ELF file");
        }

        bool is64Bit = file[4] == 2;
        bool isLittleEndian = file[5] == 1;
        if (!is64Bit || !isLittleEndian)
        {
            return null;
        }

        byte[] changed = null;
        foreach (long section in Sections(file))
        {
            if (UInt32(file, section + 4) != SectionOfNeededVersions)
            {
                continue;
            }

            long names = Offset(file, Section(file, UInt32(file, section + 40)) + 24);
            foreach (long entry in Entries(file, Offset(file, section + 24), UInt32(file, section + 44)))
            {
                ushort flags = UInt16(file, entry + 4);
                if ((flags & Weak) == 0 && IsName(file, names + UInt32(file, entry + 8), version))
                {
                    changed = changed ?? (byte[])file.Clone();
                    changed[entry + 4] = (byte)(flags | Weak);
                }
            }
        }

        return changed;
    }

    private static IEnumerable<long> Sections(byte[] file)
    {
        ushort count = UInt16(file, 60);
        for (uint number = 0; number < count; number++)
        {
            yield return Section(file, number);
        }
    }

    private static long Section(byte[] file, uint number)
    {
        ushort size = UInt16(file, 58);
        if (number >= UInt16(file, 60) || size < 64)
        {
            throw new InvalidDataException("its table of sections is damaged");
        }

        long section = Offset(file, 40) + ((long)number * size);
        Check(file, section, 64);
        return section;
    }

    // A list of libraries, each with a list of versions. Both are chained by distances; the counts bound the walk, so a circle cannot hold it.
    private static IEnumerable<long> Entries(byte[] file, long library, uint libraries)
    {
        long left = file.Length / 16;
        for (uint i = 0; i < libraries; i++)
        {
            ushort versions = UInt16(file, library + 2);
            long entry = library + UInt32(file, library + 8);
            for (int j = 0; j < versions; j++)
            {
                if (--left < 0)
                {
                    throw new InvalidDataException("its list of needed versions is longer than the file");
                }

                Check(file, entry, 16);
                yield return entry;
                entry += UInt32(file, entry + 12);
            }

            uint distance = UInt32(file, library + 12);
            if (distance == 0)
            {
                yield break;
            }

            library += distance;
        }
    }

    private static bool IsName(byte[] file, long at, string name)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(name + "\0");
        for (int i = 0; i < bytes.Length; i++)
        {
            Check(file, at + i, 1);
            if (file[at + i] != bytes[i])
            {
                return false;
            }
        }

        return true;
    }

    private static ushort UInt16(byte[] file, long at)
    {
        Check(file, at, 2);
        return (ushort)(file[at] | (file[at + 1] << 8));
    }

    private static uint UInt32(byte[] file, long at)
    {
        Check(file, at, 4);
        return file[at] | ((uint)file[at + 1] << 8) | ((uint)file[at + 2] << 16) | ((uint)file[at + 3] << 24);
    }

    private static long Offset(byte[] file, long at)
    {
        ulong offset = UInt32(file, at) | ((ulong)UInt32(file, at + 4) << 32);
        if (offset >= (ulong)file.Length)
        {
            throw new InvalidDataException("it is truncated, or its tables lead out of it");
        }

        return (long)offset;
    }

    private static void Check(byte[] file, long at, int count)
    {
        if (at < 0 || at > file.Length - count)
        {
            throw new InvalidDataException("it is truncated, or its tables lead out of it");
        }
    }
}

#if !DISTILLATION_TESTS
/// <summary>Makes copies of native libraries that load on systems with an older libstdc++.</summary>
public sealed class WeakenSymbolVersion : Microsoft.Build.Utilities.Task
{
    // GCC 13 puts it into every file that includes <iostream>; the symbol behind it is a marker that nothing calls.
    private const string Version = "GLIBCXX_3.4.32";

    /// <summary>The files of the package.</summary>
    [Microsoft.Build.Framework.Required]
    public Microsoft.Build.Framework.ITaskItem[] Files { get; set; }

    /// <summary>Where the copies go.</summary>
    [Microsoft.Build.Framework.Required]
    public string Folder { get; set; }

    /// <summary>The files that a copy replaces.</summary>
    [Microsoft.Build.Framework.Output]
    public Microsoft.Build.Framework.ITaskItem[] Replaced { get; set; }

    /// <summary>The copies, with all that was known of the files.</summary>
    [Microsoft.Build.Framework.Output]
    public Microsoft.Build.Framework.ITaskItem[] Copies { get; set; }

    public override bool Execute()
    {
        var replaced = new List<Microsoft.Build.Framework.ITaskItem>();
        var copies = new List<Microsoft.Build.Framework.ITaskItem>();
        foreach (Microsoft.Build.Framework.ITaskItem file in Files)
        {
            string path = file.GetMetadata("FullPath");
            try
            {
                byte[] changed = ElfSymbolVersions.Weaken(File.ReadAllBytes(path), Version);
                if (changed != null)
                {
                    replaced.Add(file);
                    copies.Add(new Microsoft.Build.Utilities.TaskItem(Copy(path, changed), file.CloneCustomMetadata()));
                    Log.LogMessage(Microsoft.Build.Framework.MessageImportance.High, "Distillation uses a copy of {0} that loads on systems without {1}. To switch it off, set the property DistillationWeakenSymbolVersion to false.", Path.GetFileName(path), Version);
                }
            }
            catch (Exception exception) when (exception is IOException || exception is InvalidDataException || exception is UnauthorizedAccessException)
            {
                Log.LogError(
                    "Distillation cannot make TorchSharp's native library load on systems without {0}: '{1}': {2}. "
                    + "Restore the package again (dotnet nuget locals global-packages --clear), or set the property DistillationWeakenSymbolVersion to false.",
                    Version,
                    path,
                    exception.Message);
            }
        }

        Replaced = replaced.ToArray();
        Copies = copies.ToArray();
        return !Log.HasLoggedErrors;
    }

    private string Copy(string path, byte[] changed)
    {
        // runtimes/linux-x64/native/file: one folder a platform.
        string platform = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(path)));
        string folder = Path.Combine(Folder, platform);
        string copy = Path.Combine(folder, Path.GetFileName(path));
        if (!IsThere(copy, changed))
        {
            Directory.CreateDirectory(folder);
            string draft = copy + "." + Guid.NewGuid().ToString("N");
            File.WriteAllBytes(draft, changed);
            File.Delete(copy);
            File.Move(draft, copy);
        }

        return copy;
    }

    private static bool IsThere(string copy, byte[] changed)
    {
        if (!File.Exists(copy))
        {
            return false;
        }

        byte[] old = File.ReadAllBytes(copy);
        bool same = old.Length == changed.Length;
        for (int i = 0; same && i < old.Length; i++)
        {
            same = old[i] == changed[i];
        }

        return same;
    }
}
#endif
