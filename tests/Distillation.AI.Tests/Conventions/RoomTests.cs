using Distillation.Tests.Conventions;

namespace Distillation.AI.Tests.Conventions;

public sealed class RoomTests
{
    private readonly Rooms _rooms = new(typeof(Teacher).Assembly, typeof(TextTask).Assembly);

    [Fact]
    public void Rooms_do_not_depend_on_each_other_in_a_cycle() => string.Join(Environment.NewLine, _rooms.Cycles()).Should().BeEmpty();

    [Fact]
    public void Every_type_has_a_room() => _rooms.Homeless().Should().BeEmpty();

    [Fact]
    public void Public_classes_are_sealed_or_abstract_and_in_one_namespace() =>
        typeof(TextTask).Assembly.GetExportedTypes()
            .Where(type => type.Namespace != "Distillation.AI" || (type is { IsClass: true, IsSealed: false, IsAbstract: false }))
            .Should().BeEmpty();
}
