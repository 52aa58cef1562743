using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Control;

/// <summary>What a person sees who opens the port in a browser.</summary>
internal static class WelcomePage
{
    public static readonly HttpReply Reply = HttpReply.Text(200, """
        CrdrTools simulator: the vendors' APIs to rehearse on. No real service is behind it.

        Aiven        /v1            Authorization: aivenv1 TOKEN, or Bearer TOKEN (token of a fresh simulator: demo)
        CockroachDB  /api/v1        Authorization: Bearer TOKEN
        Control      /_simulator    no token
        SQL          a port of its own: sqlPort of /_simulator; the database is CLUSTER.DATABASE, the password the token

          curl -H 'Authorization: Bearer demo' URL/v1/project/demo/service/pg-demo
          curl -H 'Authorization: Bearer demo' URL/api/v1/physical-replication-streams
          curl URL/_simulator                                                          everything at a glance
          PGPASSWORD=demo psql 'host=127.0.0.1 port=PORT user=me dbname=crdb-demo.defaultdb' -c 'SELECT cluster_logical_timestamp()'
          curl URL/_simulator/requests                                                 what was asked of the APIs
          curl -X POST URL/_simulator/regions/europe-west1/outage -d '{"down":true}'   the primary region fails
          curl -X POST URL/_simulator/services/demo/pg-demo/standbys -d '{"down":true}'   its standby nodes fail; "node" names one
          curl URL/_simulator/services/demo/pg-demo/names                              what a DNS server would answer for its names
          curl URL/_simulator/names/HOST                                               and for one of them
          curl -X POST URL/_simulator/clients -d '{"project":"demo","service":"pg-demo","writesPerSecond":50,"via":"uri"}'
          curl -X POST URL/_simulator/proxy -d '{"name":"app","target":"crdb-demo"}'      null fences it
          curl -X POST URL/_simulator/clients -d '{"cluster":"crdb-demo","writesPerSecond":50,"via":"proxy:app"}'
          curl URL/_simulator/clients                                                  what they lost
          curl -X POST URL/_simulator/clock -d '{"factor":60}'                         a minute takes a second
          curl -X PUT  URL/_simulator/settings -d '{"rebuildSeconds":600}'             GET lists them all
          curl -X POST URL/_simulator/faults -d '{"kind":"ServiceUpdate","action":"DropAfter","times":1}'
          curl -X DELETE URL/_simulator/faults
          curl -X POST URL/_simulator/pairs -d '{"project":"demo","count":1000}'
          curl -X POST URL/_simulator/clusters/crdb-demo -d '{"state":"LOCKED","operationStatus":"MAINTENANCE_RUNNING"}'
          curl -X POST URL/_simulator/keys -d '{"token":"half","clusters":["crdb-demo"]}'  a key with rights on one cluster only
          curl -X POST URL/_simulator/reset

        """);
}
