"""Values of expressions as the reference gives them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.expression.errors import BadExpression, EvaluationFailed
from relay.expression.template import Condition, Template
from relay.expression.values import Value
from relay.upstream.scope_headers import HeaderValues

HEADERS = Headers(
    {b"X-One": [b"v"], b"X-Two": [b"v", b"w"], b"X-Markup": [b'<a b="c">&\'']}
)
SCOPE: dict[str, Value] = {
    "request": {
        "id": "r-1",
        "method": "GET",
        "path": "/shop/items/42",
        "paths": ["", "shop", "items", "42"],
        "pathInfo": "/items/42",
        "contextPath": "/shop/",
        "version": "HTTP_1_1",
        "params": {"p": ["1"], "q": ["1", "2"]},
        "headers": HeaderValues(lambda: HEADERS),
    },
    "response": {"status": 201},
    "context": {"attributes": {"application": "app", "n": 7, "list": ["a", "b"]}},
    "node": {"version": "1.0", "tenant": None},
    "subscription": {
        "id": "s-1",
        "type": "STANDARD",
        "clientId": "client",
        "applicationName": "Shop",
        "metadata": {"tier": "gold"},
    },
    "properties": {"name_42": "Lee", "flag": "true"},
    "message": {"content": '{"a":{"b":[1,2]},"empty":[]}', "metadata": {"k": "m"}},
    "error": {
        "statusCode": 429,
        "key": "K",
        "message": "M",
        "cause": "M",
        "parameters": {"limit": 3},
    },
}
TEXTS: dict[str, str | None] = {
    "{#request.headers['X-One']}": "v",
    "{#request.headers['x-two']}": "v,w",
    "{#request.headers['X-One'] + '-custom'}": "v-custom",
    "{#request.headers['X-Two'] + '-custom'}": "v,w-custom",
    "custom-{#request.headers['X-One']}": "custom-v",
    "{#request.headers['X-Two'][0]}": "v",
    "{#request.headers['X-Two'][1]}": "w",
    "{#request.headers['X-None']}": None,
    "{#request.paths.length} {#request.path.split('/').length}": "4 4",
    "{T(java.util.Base64).getEncoder().encodeToString('ann'.bytes)}": "YW5u",
    "{ #request.headers['X-One'] }": "v",
    "{   #request.id}": "r-1",
    "{# request.id}": "r-1",
    "{#request.headers.getFirst('X-Two')}": "v",
    "{#request.headers.toSingleValueMap().get('X-Two')}": "v",
    "{#request.headers['X-Two'].toString()}": "[v, w]",
    "{#request.params['p']}": "1",
    "{#request.params['q']}": "1,2",
    "{#request.params.q[1]}": "2",
    "{#request.params['p'] + '!'}": "1!",
    "{#properties['name_' + #request.paths[3]]}": "Lee",
    "<a>{#request.paths[3]}</a><b>{#properties['name_42']}</b>": "<a>42</a><b>Lee</b>",
    "[{id: {#request.paths[3]}, age: 0}]": "[{id: 42, age: 0}]",
    '{\n  "status": "OK"\n}': '{\n  "status": "OK"\n}',
    '{ "status": "OK" }': '{ "status": "OK" }',
    "{#context.attributes['application']}": "app",
    "{#context.attributes.application}": "app",
    "{#context.attributes['none']}": None,
    "{#context.attributes['list']}": "a,b",
    "{(2*5)}": "10",
    "{ (2 * 5) }": "10",
    "{({'admin','writer'})}": "admin,writer",
    "{(123l)}": "123",
    "{(7L + 1)}": "8",
    "{T(java.lang.Math).max(3,4)}": "4",
    "{T(Math).abs(-60)}": "60",
    "{(T(java.lang.Math).floor(2.7)).intValue()}": "2",
    "{T(java.lang.Integer).parseInt('12') + 1}": "13",
    "{T(String).valueOf(5) + 'x'}": "5x",
    "{T(java.lang.String).join('-', 'a', 'b')}": "a-b",
    '{T(java.lang.String).format("%scd", "ab")}': "abcd",
    '{T(java.lang.String).format("%scd", "{2}")}': "{2}cd",
    '{  T ( java.lang.String ).format("%scd", "ab")}': "abcd",
    "{T(java.lang.String).format('XX%sXX', {#request.id})}": "XXr-1XX",
    "{(new java.lang.String('x'))}": "x",
    "{ T(java.util.Base64).getEncoder().encodeToString('ann'.getBytes()) }": "YW5u",
    "{(new java.lang.String(T(java.util.Base64).getDecoder().decode('YW5u')))}": "ann",
    "{T (seconds)} {Total}": "{T (seconds)} {Total}",
    "{2} {a} {('78'.matches('[0-9]{2}'))} {3}": "{2} {a} true {3}",
    "{1 == 1} {(1 == 1)}": "{1 == 1} true",
    "{  #  request.pathInfo.matches ( '/items/[0-9]{2}')}": "true",
    "{T(java.net.URLEncoder).encode('a b&c', 'UTF-8')}": "a+b%26c",
    "{#jsonPath(#message.content, '$.a.b[1]') + 20}": "22",
    "{#jsonPath(#message.content, '$.none')}": None,
    "{#jsonPath(#message.content, '$.a.b')}": "1,2",
    "{#jsonEscape('a\"b')}": 'a\\"b',
    "{#jsonEscape(#request.params['q'])}": "1 2",
    "{#jsonEscape(null)}": None,
    "{#xmlEscape(#request.headers['X-Markup'])}": (
        "&lt;a b=&quot;c&quot;&gt;&amp;&apos;"
    ),
    "{#message.metadata['k']}": "m",
    "{#error.statusCode} {#error.key} {#error.cause}": "429 K M",
    "{#error.parameters['limit']}": "3",
    "{#request.contextPath}": "/shop/",
    "{#request.version}": "HTTP_1_1",
    "{#subscription.type} {#subscription.clientId}": "STANDARD client",
    "{#subscription.applicationName} {#subscription.metadata['tier']}": "Shop gold",
    "{#node.version}": "1.0",
    "{#node.tenant}": None,
    "{#context?.['attributes']?.['application']}": "app",
}
CONDITIONS: dict[str, bool] = {
    "{#request.headers['X-None'] == null}": True,
    "{#request.headers['X-One'] != null && #request.headers['X-One'][0] == 'v'}": True,
    "{#request.headers['X-One'] == 'v'}": False,
    "{#request.headers['X-Two'].contains('w')}": True,
    "{#request.headers['X-Two'] matches 'v,w'}": True,
    "{#request.headers.containsAllKeys({'X-One', 'X-Two'})}": True,
    "{#request.headers.containsAllKeys({'X-One', 'X-None'})}": False,
    "{#request.contextPath eq '/shop/'}": True,
    "{#request.pathInfo.matches('^\\/items\\/[0-9]{2}$')}": True,
    "{ (#response.status > 2) && (#response.status < 2) }": False,
    "{#properties['flag']}": True,
    "{#jsonPath(#message.content, '$.empty').contains('x')}": False,
    "{#jsonPath(#message.content, '$.none')?.contains('x') ?: false}": False,
    "true": True,
}
REFUSED = {
    "{#": "not closed",
    "{(2*}": "ends too early",
    "{T(java.lang.Class).forName('x')}": "no type java.lang.Class",
    "{(new java.lang.Thread())}": "no constructor java.lang.Thread",
    "{(new String('a', 'b', 'c'))}": "takes another number",
    "{T (java.util.UUID).fromString('x')}": "no method fromString()",
    "{(T(java.lang.System)).getenv()}": "unexpected ')'",
    "{#request.headers.add('a', 'b')}": "no method add()",
    "{#request.params.remove('a')}": "no method remove()",
    "{#node.zone}": "#node has no zone, only tenant, version",
    "{#request.ssl.client.mail}": "#request.ssl.client has no mail, only ",
    "{#request['ssl']['host']}": "#request.ssl has no host, only client, ",
    "{#dictionaries['d']['k']}": "properties of the API",
    "{#secrets.get('/a')}": "no secret providers",
    "{#subscription.apiProductId}": "#subscription has no apiProductId, only ",
    "{#jsonEscape('a', 'b')}": "takes one value",
    "{#xpath(#message.content, '//a')}": "no function #xpath()",
}


class ReferenceTests(SynchronousTestCase):
    """Texts and conditions."""

    def test_texts(self) -> None:
        """Lists are joined with commas; null is no text."""
        for text, expected in TEXTS.items():
            self.assertEqual(Template.read(text).render(SCOPE), expected, text)

    def test_conditions(self) -> None:
        """A list never equals a text."""
        for text, expected in CONDITIONS.items():
            self.assertIs(Condition.read(text).holds(SCOPE), expected, text)

    def test_refused(self) -> None:
        """
        An expression that cannot be evaluated is refused, and is not literal text.
        """
        for text, problem in REFUSED.items():
            try:
                Template.read(text)
            except BadExpression as error:
                self.assertIn(problem, error.problem, text)
            else:
                self.fail(f"accepted: {text}")

    def test_calls_on_null(self) -> None:
        """A method of a missing header fails; ``?.`` does not."""
        failing = Template.read("{#request.headers['X-None'].size()}")
        self.assertRaises(EvaluationFailed, failing.render, SCOPE)
        safe = Template.read("{#request.headers['X-None']?.size()}")
        self.assertIsNone(safe.render(SCOPE))
