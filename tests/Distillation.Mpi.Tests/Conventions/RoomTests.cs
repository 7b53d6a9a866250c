using Distillation.Tests.Conventions;

namespace Distillation.Mpi.Tests.Conventions;

public sealed class RoomTests
{
    private readonly Rooms _rooms = new(typeof(Teacher).Assembly, typeof(MpiEnvironment).Assembly);

    [Fact]
    public void Rooms_do_not_depend_on_each_other_in_a_cycle() => string.Join(Environment.NewLine, _rooms.Cycles()).Should().BeEmpty();

    [Fact]
    public void Every_type_has_a_room() => _rooms.Homeless().Should().BeEmpty();
}
