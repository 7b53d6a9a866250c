using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Distillation.Tests.Conventions;

/// <summary>A room is a folder of src. Of the files at the root of the core, which all may know, each is a room of its own.</summary>
public sealed partial class RoomTests(ITestOutputHelper output)
{
    [Fact]
    public void Rooms_do_not_depend_on_each_other_in_a_cycle()
    {
        ILookup<string, string> rooms = RoomsByType();
        var uses = new Dictionary<string, HashSet<string>>();
        var examples = new Dictionary<(string, string), SortedSet<string>>();
        foreach (Type type in HouseRules.Packages.SelectMany(package => package.GetTypes())
            .Where(type => type.DeclaringType is null && Room(rooms, type) is not null))
        {
            string room = Room(rooms, type)!;
            foreach (Type used in TypeUses.Of(type))
            {
                if (Room(rooms, used) is { } other && other != room)
                {
                    uses.TryAdd(room, []);
                    uses[room].Add(other);
                    examples.TryAdd((room, other), []);
                    examples[(room, other)].Add($"{type.Name} > {used.Name}");
                }
            }
        }

        string[][] cycles = [.. Components(uses).Where(component => component.Length > 1)];
        foreach (string[] cycle in cycles)
        {
            foreach (((string from, string to), SortedSet<string> why) in examples.Where(pair =>
                cycle.Contains(pair.Key.Item1) && cycle.Contains(pair.Key.Item2)))
            {
                output.WriteLine($"{from} > {to}: {string.Join(", ", why)}");
            }
        }

        uses.Should().NotBeEmpty();
        cycles.Select(cycle => string.Join(", ", cycle)).Should().BeEmpty();
    }

    [Fact]
    public void Every_type_has_a_room()
    {
        ILookup<string, string> rooms = RoomsByType();

        HouseRules.Packages.SelectMany(package => package.GetTypes())
            .Where(type => type.DeclaringType is null
                && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
                && type.Namespace?.StartsWith("Distillation", StringComparison.Ordinal) == true)
            .Where(type => Room(rooms, type) is null)
            .Select(type => type.FullName).Should().BeEmpty();
    }

    // The sources that a package shares with the core are in it under the same name: the type is in the room of its own package, or else in that of the core.
    private static string? Room(ILookup<string, string> rooms, Type type) =>
        HouseRules.Packages.Contains(type.Assembly)
            ? rooms[type.Name.Split('`')[0]].MaxBy(room => room.Split('/')[0] == type.Assembly.GetName().Name)
            : null;

    // By the sources: a type is in the folder of the file that declares it.
    private static ILookup<string, string> RoomsByType()
    {
        string src = Path.Combine(HouseRules.Root, "src");
        return HouseRules.Sources
            .SelectMany(path => Declaration()
                .Matches(File.ReadAllText(path))
                .Select(match => (Type: match.Groups[1].Value, Room: RoomOf(Path.GetRelativePath(src, path).Replace('\\', '/')))))
            .ToLookup(pair => pair.Type, pair => pair.Room);
    }

    private static string RoomOf(string path) => path.Split('/') is ["Distillation", var file] ? $"Distillation/{file}" : path[..path.LastIndexOf('/')];

    // Tarjan, 1972.
    private static List<string[]> Components(Dictionary<string, HashSet<string>> uses)
    {
        var number = new Dictionary<string, int>();
        var lowest = new Dictionary<string, int>();
        var path = new List<string>();
        var found = new List<string[]>();
        foreach (string room in uses.Keys.Order(StringComparer.Ordinal))
        {
            if (!number.ContainsKey(room))
            {
                Visit(room);
            }
        }

        return found;

        void Visit(string room)
        {
            number[room] = lowest[room] = number.Count;
            path.Add(room);
            foreach (string other in uses.GetValueOrDefault(room) ?? [])
            {
                if (!number.ContainsKey(other))
                {
                    Visit(other);
                    lowest[room] = Math.Min(lowest[room], lowest[other]);
                }
                else if (path.Contains(other))
                {
                    lowest[room] = Math.Min(lowest[room], number[other]);
                }
            }

            if (lowest[room] == number[room])
            {
                int first = path.IndexOf(room);
                found.Add([.. path[first..].Order(StringComparer.Ordinal)]);
                path.RemoveRange(first, path.Count - first);
            }
        }
    }

    [GeneratedRegex(
        @"^(?:public|internal) (?:[a-z]+ )*(?:class|record|record struct|struct|interface|enum|delegate [\w<>?\[\], ]+) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
