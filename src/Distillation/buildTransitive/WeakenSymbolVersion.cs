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

    /// <summary>Creates a file ask weakly for a version: the loader then takes a system without it.</summary>
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

/// <summary>Looks into the shared libraries of the system that builds.</summary>
public static class SystemLibraries
{
    private const ushort X64 = 62; // EM_X86_64

    /// <summary>Whether all libraries of a name have a symbol version, as far as they are of 64-bit x86.</summary>
    /// <param name="version">The version, such as GLIBCXX_3.4.32.</param>
    /// <param name="name">The file name of the library.</param>
    /// <param name="places">Paths of the library, and of the loader's cache (ld.so.cache), whose strings have further ones.</param>
    /// <returns>Also false where no such library is found, or one cannot be read.</returns>
    public static bool Have(string version, string name, IEnumerable<string> places)
    {
        try
        {
            bool isFound = false;
            foreach (string path in Paths(name, places))
            {
                byte[] file = File.ReadAllBytes(path);
                bool isX64 = IsX64(file);
                if (isX64 && !Text(file).Contains(version + "\0"))
                {
                    return false;
                }

                isFound |= isX64;
            }

            return isFound;
        }
        catch (Exception exception) when (exception is IOException || exception is UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Paths(string name, IEnumerable<string> places)
    {
        var paths = new HashSet<string>();
        foreach (string place in places)
        {
            if (Path.GetFileName(place) == name)
            {
                paths.Add(place);
                continue;
            }

            foreach (string text in Text(File.ReadAllBytes(place)).Split('\0'))
            {
                if (text.EndsWith("/" + name, StringComparison.Ordinal) && File.Exists(text))
                {
                    paths.Add(text);
                }
            }
        }

        return paths;
    }

    private static string Text(byte[] file) => Encoding.GetEncoding("iso-8859-1").GetString(file);

    private static bool IsX64(byte[] file) =>
        file.Length >= 64 && file[0] == 0x7f && file[1] == 'E' && file[2] == 'L' && file[3] == 'F'
        && file[4] == 2 && file[5] == 1 && (file[18] | (file[19] << 8)) == X64;
}

#if !DISTILLATION_TESTS
/// <summary>Creates copies of native libraries that load on systems with an older libstdc++.</summary>
public sealed class WeakenSymbolVersion : Microsoft.Build.Utilities.Task
{
    // GCC 13 puts it into every file that includes <iostream>; the symbol behind it is a marker that nothing calls.
    private const string Version = "GLIBCXX_3.4.32";
    private const string Library = "libstdc++.so.6";

    /// <summary>The files of the package; the metadata DistillationCopy of each says where its copy goes.</summary>
    [Microsoft.Build.Framework.Required]
    public Microsoft.Build.Framework.ITaskItem[] Files { get; set; }

    /// <summary>The file that lists the copies; it is written last.</summary>
    [Microsoft.Build.Framework.Required]
    public string Stamp { get; set; }

    /// <summary>Whether the program is for this system alone: a library of the system that has the version then makes copies unnecessary.</summary>
    public bool IsForThisSystem { get; set; }

    /// <summary>Where the system's library may be: paths of it, and the loader's cache.</summary>
    public string[] SystemLibraries { get; set; }

    public override bool Execute()
    {
        bool isNeeded = !IsForThisSystem || !global::SystemLibraries.Have(Version, Library, SystemLibraries ?? new string[0]);
        var copies = new List<string>();
        foreach (Microsoft.Build.Framework.ITaskItem file in Files)
        {
            string path = file.GetMetadata("FullPath");
            string copy = file.GetMetadata("DistillationCopy");
            try
            {
                byte[] changed = isNeeded ? ElfSymbolVersions.Weaken(File.ReadAllBytes(path), Version) : null;
                Directory.CreateDirectory(Path.GetDirectoryName(copy));
                if (changed == null)
                {
                    File.Delete(copy);
                    continue;
                }

                Write(copy, changed);
                copies.Add(copy);
                Log.LogMessage(
                    Microsoft.Build.Framework.MessageImportance.High,
                    "Distillation uses a copy of {0} that loads on systems without {1}. "
                    + "To switch it off, set the property DistillationWeakenSymbolVersion to false.",
                    Path.GetFileName(path),
                    Version);
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

        if (!Log.HasLoggedErrors)
        {
            File.WriteAllLines(Stamp, copies);
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
