using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Distillation.Tests.Conventions;

/// <summary>The rooms of packages. A room is a folder of src; of the files at the root of a package, each is a room of its own.</summary>
internal sealed partial class Rooms(params Assembly[] packages)
{
    // Of the .proto file.
    private const string GeneratedNamespace = "Distillation.Onnx.Format";

    private readonly ILookup<string, string> _rooms = RoomsByType();

    private IEnumerable<Type> Types => packages.SelectMany(package => package.GetTypes()).Where(type => type.DeclaringType is null);

    /// <summary>Returns the rooms that depend on each other in a cycle by the types used, with the uses between them.</summary>
    public IReadOnlyList<string> Cycles()
    {
        var uses = new Dictionary<string, HashSet<string>>();
        var examples = new Dictionary<(string From, string To), SortedSet<string>>();
        foreach (Type type in Types.Where(type => RoomOf(type) is not null))
        {
            string room = RoomOf(type)!;
            foreach (Type used in TypeUses.Of(type))
            {
                if (RoomOf(used) is { } other && other != room)
                {
                    uses.TryAdd(room, []);
                    uses[room].Add(other);
                    examples.TryAdd((room, other), []);
                    examples[(room, other)].Add($"{type.Name} > {used.Name}");
                }
            }
        }

        if (uses.Count == 0)
        {
            throw new InvalidOperationException("No room uses another one: the types or their rooms are not found.");
        }

        return
        [
            .. from cycle in Components(uses)
               where cycle.Length > 1
               from example in examples
               where cycle.Contains(example.Key.From) && cycle.Contains(example.Key.To)
               select $"{example.Key.From} > {example.Key.To}: {string.Join(", ", example.Value)}",
        ];
    }

    /// <summary>Returns the types of the packages that no file of src declares.</summary>
    public IReadOnlyList<string?> Homeless() =>
    [
        .. Types
            .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
                && type.Namespace is { } name && name.StartsWith("Distillation", StringComparison.Ordinal) && name != GeneratedNamespace)
            .Where(type => RoomOf(type) is null)
            .Select(type => type.FullName),
    ];

    // The sources that a package shares with the core are in it under the same name: the type is in the room of its own package, or else in that of the core.
    private string? RoomOf(Type type) => packages.Contains(type.Assembly)
        ? _rooms[type.Name.Split('`')[0]].MaxBy(room => room.Split('/')[0] == type.Assembly.GetName().Name)
        : null;

    // By the sources: a type is in the folder of the file that declares it.
    private static ILookup<string, string> RoomsByType()
    {
        string src = Path.Combine(Sources.Root, "src");
        return Sources.In("src")
            .SelectMany(path => Declaration()
                .Matches(File.ReadAllText(path))
                .Select(match => (Type: match.Groups[1].Value, Room: RoomOf(Path.GetRelativePath(src, path).Replace('\\', '/')))))
            .ToLookup(pair => pair.Type, pair => pair.Room);
    }

    private static string RoomOf(string path) => path.Split('/').Length == 2 ? path : path[..path.LastIndexOf('/')];

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
