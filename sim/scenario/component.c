/* component.c - traffic and resources: who there is, of which type, and each one's keys bound by its model's table.
 *
 * All names and types are known before anything is bound, so the order of the file does not matter. A component of
 * an unknown type keeps its name, so that one wrong word does not make every link to it wrong. A model prepares
 * only what was bound without a mistake. Truth: tests/unit/test_scenario.c. */
#include "load.h"
#include <stddef.h>
#include <string.h>

struct zone {
    const char *letter;
};
struct labelled { /* of tags, which nobody reads, and of prices, which are refused */
    const char *name, *text;
};
struct common {
    const char *type, *description;
    wr_list zones, tags, price;
    int detail;
};
static const char *const details[] = {"none", "parts", NULL};
static const wr_param zone_rows[] = {
    {.key = "zone", WR_FIELD(struct zone, letter), .type = WR_T_TEXT, .doc = "One letter, such as a, or the whole name, such as us-east-1a."},
    {0}};
static const wr_param label_rows[] = {
    {.key = "text", WR_FIELD(struct labelled, text), .type = WR_T_TEXT, .doc = "Its value."},
    {0}};
const wr_param component_common[] = {
    {.key = "type", WR_FIELD(struct common, type), .type = WR_T_TEXT, .optional = true, .doc = "Type of the resource: a short name, or CloudFormation's."},
    {.key = "description", WR_FIELD(struct common, description), .type = WR_T_TEXT, .optional = true, .doc = "Free text."},
    {.key = "availability_zones", WR_FIELD(struct common, zones), .type = WR_T_LIST, .rows = zone_rows, .size = sizeof(struct zone), .shorthand = "zone", .flags = WR_P_ONE, .def = "[a, b]", .max = 26, .min = 1, .doc = "Zones it stands in; letters are suffixes of the region.", .src = "assumption: two zones, the smallest number AWS advises"},
    {.key = "detail", WR_FIELD(struct common, detail), .type = WR_T_ENUM, .choices = details, .def = "none", .doc = "parts: series of single instances, partitions or environments are recorded too."},
    {.key = "tags", WR_FIELD(struct common, tags), .type = WR_T_MAP, .rows = label_rows, .size = sizeof(struct labelled), .shorthand = "text", .optional = true, .doc = "Ignored."},
    {.key = "price", WR_FIELD(struct common, price), .type = WR_T_MAP, .rows = label_rows, .size = sizeof(struct labelled), .shorthand = "text", .optional = true, .doc = "Prices of this resource alone: not in this build, see the file's 'prices'."},
    {0}};

const wr_param *scenario_resource_keys(void)
{
    return component_common;
}

/* ---- types that are not here ---- */
static const struct { const char *kind, *aws; } reserved[] = {
    {"lambda", "AWS::Lambda::Function"}, {"sqs", "AWS::SQS::Queue"},
    {"alb", "AWS::ElasticLoadBalancingV2::LoadBalancer"},
    {"asg", "AWS::AutoScaling::AutoScalingGroup"}, {"dynamodb", "AWS::DynamoDB::Table"},
    {"http_api", "AWS::ApiGatewayV2::Api"}, {"rest_api", "AWS::ApiGateway::RestApi"}, {"nlb", NULL},
    {"clb", "AWS::ElasticLoadBalancing::LoadBalancer"}, {"sns", "AWS::SNS::Topic"},
    {"event_bus", "AWS::Events::EventBus"},
    {"kinesis", "AWS::Kinesis::Stream"}, {"firehose", "AWS::KinesisFirehose::DeliveryStream"},
    {"step_functions", "AWS::StepFunctions::StateMachine"}, {"s3", "AWS::S3::Bucket"},
    {"cloudfront", "AWS::CloudFront::Distribution"}, {"route53", "AWS::Route53::RecordSet"},
    {"rds", "AWS::RDS::DBInstance"},
    {"rds_proxy", "AWS::RDS::DBProxy"}, {"elasticache", "AWS::ElastiCache::ReplicationGroup"},
    {"ecs_service", "AWS::ECS::Service"}, {"kms_key", "AWS::KMS::Key"}, {"parameter_store", "AWS::SSM::Parameter"},
    {"secret", "AWS::SecretsManager::Secret"}, {"cognito", "AWS::Cognito::UserPool"},
    {"deployment", "AWS::CodeDeploy::DeploymentGroup"}};
enum { RESERVED = sizeof reserved / sizeof *reserved, MOST_TYPES = 256 };

static bool is_type(const wr_model *m)
{
    return !m->internal && strcmp(m->kind, "traffic") != 0;
}

const wr_model *component_model(const char *type)
{
    for (size_t i = 0; wr_models[i]; i++) {
        const wr_model *m = wr_models[i];
        bool traffic = strcmp(m->kind, "traffic") == 0;
        if ((!m->internal || traffic) && (strcmp(m->kind, type) == 0 || (m->aws && strcmp(m->aws, type) == 0)))
            return m;
    }
    return NULL;
}

static const char *types(loader *l)
{
    text t = {0};
    for (size_t i = 0; wr_models[i]; i++)
        if (is_type(wr_models[i]))
            text_printf(&t, "%s%s", t.len ? ", " : "", wr_models[i]->kind);
    const char *s = arena_copy(l->arena, t.s ? t.s : "", t.len);
    text_clear(&t);
    return s;
}

static void unknown_type(loader *l, const node *n, const char *name)
{
    const char *names[MOST_TYPES];
    size_t count = 0;
    for (size_t i = 0; i < RESERVED; i++) {
        if (strcmp(reserved[i].kind, n->text) == 0 || (reserved[i].aws && strcmp(reserved[i].aws, n->text) == 0)) {
            bind_error(&l->b, n->at, "type '%s' of '%s' is reserved for a later version; available: %s", n->text,
                       name, types(l));
            return;
        }
        names[count++] = reserved[i].kind;
    }
    for (size_t i = 0; wr_models[i] && count < MOST_TYPES; i++)
        if (is_type(wr_models[i]))
            names[count++] = wr_models[i]->kind;
    bind_error(&l->b, n->at, "unknown type '%s' of '%s'; available: %s", n->text, name, types(l));
    bind_near(&l->b, n->text, names, count);
}

/* ---- properties ---- */
static void merge(loader *l, node *body, const node *props)
{
    for (size_t i = 0; i < props->n; i++) {
        node *key = props->key[i];
        if (node_get(body, key->text))
            bind_error(&l->b, key->at, "'%s' is given twice: under 'properties' and beside it", key->text);
        else
            node_put(l->arena, body, key, props->item[i]);
    }
}

static void unfold(loader *l, node *body)
{
    node *props = node_get(body, "properties"), *rest = node_map(l->arena, body->at);
    if (!props)
        return;
    if (props->kind != NODE_MAP && !node_null(props)) {
        bind_error(&l->b, props->at, "'properties' must be a mapping of CloudFormation properties");
        props = NULL;
    }
    for (size_t i = 0; i < body->n; i++)
        if (!node_same_key(body->key[i]->text, "properties"))
            node_put(l->arena, rest, body->key[i], body->item[i]);
    if (props && props->kind == NODE_MAP)
        merge(l, rest, props);
    *body = *rest;
}

void component_properties(loader *l)
{
    node *all = node_get(l->root, "resources");
    for (size_t i = 0; all && all->kind == NODE_MAP && i < all->n; i++)
        if (all->item[i]->kind == NODE_MAP)
            unfold(l, all->item[i]);
}

/* ---- collecting ---- */
static const wr_model *type_of(loader *l, const node *key, const node *body)
{
    const node *type = node_get(body, "type");
    if (!type || node_null(type)) {
        bind_error(&l->b, key->at, "'type' of '%s' is required; available: %s", key->text, types(l));
        return NULL;
    }
    if (type->kind != NODE_SCALAR) {
        bind_error(&l->b, type->at, "'type' of '%s' must be a word; available: %s", key->text, types(l));
        return NULL;
    }
    const wr_model *m = component_model(type->text);
    if (m && is_type(m))
        return m;
    if (!node_ref(type)) /* an unknown parameter, which has been reported */
        unknown_type(l, type, key->text);
    return NULL;
}

static bool name_allowed(loader *l, const node *key)
{
    size_t other;
    const char *name = key->text;
    if (!name_valid(name))
        bind_error(&l->b, key->at, "'%s' is not a name; names are letters, digits, _ and -, a letter first, 64 at most",
                   name);
    else if (strcmp(name, "run") == 0)
        bind_error(&l->b, key->at, "'run' is reserved for the run itself; choose another name");
    else if (map_get(&l->names, name, &other))
        bind_error(&l->b, key->at, "'%s' is the name of a traffic already; traffic and resources share one name space",
                   name);
    else
        return true;
    return false;
}

static void collect_one(loader *l, node *key, node *value, bool traffic)
{
    wr_scenario *s = l->s;
    if (!name_allowed(l, key) || s->comps >= MOST_COMPS)
        return;
    node *body = value->kind == NODE_MAP ? value : NULL;
    draft *d = &l->draft[s->comps];
    if (!body && (traffic || !node_null(value)))
        bind_error(&l->b, value->at, "'%s' must be a mapping of its keys", key->text);
    d->key = key;
    d->map = body;
    if (traffic)
        d->model = component_model("traffic");
    else if (body || node_null(value))
        d->model = type_of(l, key, body);
    d->what = arena_print(l->arena, "%s '%s'", d->model ? d->model->kind : "resource", key->text);
    s->comp[s->comps] = (scenario_comp){.name = key->text, .model = d->model, .traffic = traffic, .at = key->at};
    map_put(&l->names, key->text, s->comps++);
}

static const node *section(loader *l, const char *key, bool required)
{
    const node *n = node_get(l->root, key);
    if (!n || node_null(n)) {
        if (required)
            bind_error(&l->b, n && n->at.line ? n->at : l->root->at, "'%s' of the scenario is required", key);
        return NULL;
    }
    if (n->kind == NODE_MAP)
        return n;
    bind_error(&l->b, n->at, "'%s' must be a mapping of names", key);
    return NULL;
}

void component_collect(loader *l)
{
    const node *part[2] = {section(l, "traffic", false), section(l, "resources", true)};
    size_t n = (part[0] ? part[0]->n : 0) + (part[1] ? part[1]->n : 0);
    if (n > MOST_COMPS)
        bind_error(&l->b, l->root->at, "more than %d components", MOST_COMPS);
    l->draft = arena_alloc(l->arena, (n + 1) * sizeof *l->draft);
    l->s->comp = arena_alloc(l->arena, (n + 1) * sizeof *l->s->comp);
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; part[k] && i < part[k]->n; i++)
            if (!node_note(part[k]->key[i]->text))
                collect_one(l, part[k]->key[i], part[k]->item[i], k == 0);
}

/* ---- binding ---- */
static int zone_of(const loader *l, const char *s)
{
    size_t n = strlen(l->s->region ? l->s->region : "");
    if (n && strncmp(s, l->s->region, n) == 0)
        s += n;
    return s[0] >= 'a' && s[0] <= 'z' && !s[1] ? s[0] - 'a' : -1;
}

static void keep_zones(loader *l, scenario_comp *c, const wr_list *zones)
{
    const struct zone *z = zones->items;
    signed char *az = arena_alloc(l->arena, zones->n + 1);
    for (size_t i = 0; i < zones->n; i++) {
        int k = z[i].letter ? zone_of(l, z[i].letter) : 0;
        if (k < 0)
            bind_error(&l->b, bind_where(&l->b, &z[i].letter, NULL),
                       "'%s' is not an availability zone; write one letter, such as a", z[i].letter);
        az[i] = (signed char)k;
    }
    c->az = az;
    c->azs = (int)zones->n;
}

/* The keys that every resource has, without those that nobody reads. */
static void bind_common(loader *l, scenario_comp *c, const draft *d)
{
    struct common *common = arena_alloc(l->arena, sizeof *common);
    node *some = node_map(l->arena, d->key->at);
    for (size_t i = 0; d->map && !c->traffic && i < d->map->n; i++) {
        const wr_param *row = bind_row_of(component_common, d->map->key[i]->text);
        if (row && row->offset == offsetof(struct common, price))
            bind_error(&l->b, d->map->key[i]->at,
                       "'price' of %s is not in this build; 'prices' of the scenario overrides prices", d->what);
        else if (row && row->offset != offsetof(struct common, type) && row->offset != offsetof(struct common, tags))
            node_put(l->arena, some, d->map->key[i], d->map->item[i]);
    }
    bind_map(&l->b, component_common, common, some, NULL);
    c->detail = common->detail == 1;
    keep_zones(l, c, &common->zones);
}

static void bind_one(loader *l, int i)
{
    scenario_comp *c = &l->s->comp[i];
    draft *d = &l->draft[i];
    if (!d->model || !d->map)
        return;
    size_t errors = wr_diag_count(l->diag, WR_ERROR), silent = l->b.where->silent;
    l->current = i;
    l->b.what = d->what;
    l->b.explain = d->model->kind;
    bind_common(l, c, d);
    d->cfg = arena_alloc(l->arena, d->model->cfg_size ? d->model->cfg_size : 1);
    c->cfg = d->cfg;
    bind_map_at(&l->b, d->model->params, d->cfg, d->map, c->traffic ? NULL : component_common, d->key->at);
    d->sound = wr_diag_count(l->diag, WR_ERROR) == errors && l->b.where->silent == silent;
    l->current = -1;
    l->b.what = "the scenario";
    l->b.explain = NULL;
}

void component_bind(loader *l)
{
    for (size_t i = 0; i < l->s->comps; i++)
        bind_one(l, (int)i);
}

void component_prepare(loader *l)
{
    for (size_t i = 0; i < l->s->comps; i++) {
        draft *d = &l->draft[i];
        size_t errors = wr_diag_count(l->diag, WR_ERROR);
        wr_build b = {l, l->s->comp[i].name, l->s->comp[i].at};
        if (d->sound && d->model->prepare && l->s->sdk)
            d->model->prepare(d->cfg, &b);
        d->sound = d->sound && wr_diag_count(l->diag, WR_ERROR) == errors;
    }
}
