using Distillation.Tests.Conventions;

namespace Distillation.Reports.Tests;

public sealed class RoomTests
{
    private readonly Rooms _rooms = new(typeof(Teacher).Assembly, typeof(Report).Assembly);

    [Fact]
    public void Rooms_do_not_depend_on_each_other_in_a_cycle() => string.Join(Environment.NewLine, _rooms.Cycles()).Should().BeEmpty();

    [Fact]
    public void Every_type_has_a_room() => _rooms.Homeless().Should().BeEmpty();

    [Fact]
    public void Public_classes_are_sealed_or_abstract_and_in_one_namespace() =>
        typeof(Report).Assembly.GetExportedTypes()
            .Where(type => type.Namespace != "Distillation.Reports" || (type.IsClass && !type.IsSealed && !type.IsAbstract))
            .Should().BeEmpty();
}
