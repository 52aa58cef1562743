using CrdrTools.Core.Operations;

namespace CrdrTools.Tests.ReplicaDns;

/// <summary>Seeded weather over standbys, the primary and the name server: the target keeps its promises throughout, and ends right.</summary>
public class FlappingTests
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(0.5);

    public static IEnumerable<object[]> Seeds() =>
        Enumerable.Range(Environment.GetEnvironmentVariable("CRDR_SEED") is { Length: > 0 } seed ? int.Parse(seed) : 1, Environment.GetEnvironmentVariable("CRDR_ROUNDS") is { Length: > 0 } rounds ? int.Parse(rounds) : 12).Select(s => new object[] { s });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void S26_The_target_turns_no_oftener_than_the_hold_down_names_no_dead_side_and_ends_right(int seed)
    {
        Random chance = new(seed);
        double holdDown = chance.Next(1, 40), limit = chance.Next(2, 40);
        bool all = chance.Next(2) == 0;
        using ReadRig rig = new(("limitSeconds", $"{limit}"), ("holdDownSeconds", $"{holdDown}"), ("dropSeconds", $"{chance.Next(1, 10)}"), ("return", all ? "all" : "any"));
        rig.Enable();
        ReadRig.Watched watched = rig.Watch();
        string[] standbys = ["s1", "s2"];
        List<(TimeSpan At, ReplicaDnsTarget Target)> turns = [(rig.Time.Now, rig.State.Target)];
        // How long the weather has been so: every standby dead and the primary alive; every standby alive.
        TimeSpan onlyPrimary = TimeSpan.Zero, allAlive = TimeSpan.Zero;
        TimeSpan slack = TimeSpan.FromSeconds(2), retry = TimeSpan.FromSeconds(6);
        TimeSpan dnsAway = TimeSpan.Zero;
        for (int i = 0; i < 2400; i++)
        {
            Weather();
            rig.Time.Advance(s_tick);
            ReplicaDnsTarget target = rig.State.Target;
            if (target != turns[^1].Target)
            {
                Assert.True(rig.Time.Now - turns[^1].At >= TimeSpan.FromSeconds(holdDown) - s_tick, $"it turned at {turns[^1].At} and at {rig.Time.Now}, hold-down {holdDown} s (seed {seed})\n{Told()}");
                turns.Add((rig.Time.Now, target));
            }
            bool primary = Alive("a"), any = standbys.Any(Alive);
            onlyPrimary = primary && !any ? onlyPrimary + s_tick : TimeSpan.Zero;
            allAlive = primary && standbys.All(Alive) ? allAlive + s_tick : TimeSpan.Zero;
            dnsAway = rig.Dns.Before is null ? TimeSpan.Zero : dnsAway + s_tick;
            TimeSpan turn = TimeSpan.FromSeconds(Math.Max(limit, holdDown)) + slack, back = TimeSpan.FromSeconds(2 * holdDown) + slack;
            if (onlyPrimary > turn) Assert.True(target == ReplicaDnsTarget.Primary, $"only the primary was alive for {onlyPrimary}, and the target is {target} (seed {seed})\n{Told()}");
            if (allAlive > back) Assert.True(target == ReplicaDnsTarget.Replica, $"all standbys were alive for {allAlive}, and the target is {target} (seed {seed})\n{Told()}");
            if (target == ReplicaDnsTarget.Replica && any && primary && onlyPrimary == TimeSpan.Zero) Assert.NotEmpty(rig.State.Servers);
        }
        // The weather clears.
        rig.Dns.Before = null;
        foreach (ReadRig.Node node in rig.Nodes.Values) node.Hangs = false;
        rig.Nodes["a"].Says = ReadRig.Writer();
        rig.Up("b", "s1", "s2");
        rig.Advance((2 * holdDown) + 12);
        Assert.True(rig.Answer == "10.0.0.11, 10.0.0.12", $"it ends with {rig.Answer} (seed {seed})\n{Told()}");
        Assert.Equal(rig.State.Number, rig.State.Published);
        watched.Dispose();

        bool Alive(string name) => rig.Nodes[name] is { Hangs: false, Says: not null };

        string Told() => string.Join("\n", rig.Events.TakeLast(20));

        void Weather()
        {
            if (chance.Next(12) == 0)
            {
                string name = standbys[chance.Next(2)];
                ReadRig.Node node = rig.Nodes[name];
                (node.Hangs, ReadSight? says) = chance.Next(4) switch { 0 => (true, ReadRig.Standby()), 1 => (false, null), _ => (false, ReadRig.Standby()) };
                node.Says = says;
            }
            // Long spells, so that limits are reached.
            if (chance.Next(80) == 0)
            {
                ReadSight? says = chance.Next(2) == 0 ? null : ReadRig.Standby();
                foreach (string name in standbys) (rig.Nodes[name].Hangs, rig.Nodes[name].Says) = (false, says);
            }
            if (chance.Next(150) == 0) rig.Nodes["a"].Says = Alive("a") ? null : ReadRig.Writer();
            if (chance.Next(100) == 0) rig.Dns.Before = rig.Dns.Before is null ? () => throw new CrdrException(CrdrErrorKind.Timeout, "DnsTimeout", "The DNS server does not answer.") : null;
            if (chance.Next(400) == 0)
            {
                watched.Dispose();
                watched = rig.Watch();
                // Who starts anew has seen nothing yet.
                (onlyPrimary, allAlive) = (TimeSpan.Zero, TimeSpan.Zero);
            }
        }
    }
}
