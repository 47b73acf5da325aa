@administrator
Feature: Rules of access
  An administrator decides which departments may use a line item, and how much of it. Engineering may use 150 tokens,
  Product Management and Product Marketing 50 together, and nobody else any.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item  | version | rate |
      | Token | 1.0     | 1    |
    And a line item "abc123" of 200 tokens
    And the administrator makes the conditions:
      | name            | join | key        | operator | values                                |
      | Engineering     |      | department | IN       | Engineering                           |
      | Product         |      | department | IN       | Product Management, Product Marketing |
      | Outside sales   |      | department | NOT      | Sales                                 |
      | EU engineers    | AND  | department | IN       | Engineering                           |
      | EU engineers    | AND  | region     | IN       | EU                                    |
      | Engineers or EU | OR   | department | IN       | Engineering                           |
      | Engineers or EU | OR   | region     | IN       | EU                                    |
    And "abc123" has the actions:
      | condition   | action | allocation |
      | Engineering | ALLOW  | 150        |
      | Product     | ALLOW  | 50         |
      |             | DENY   |            |

  @DM-LI-A08 @DM-ROA-007 @DM-RULE-045 @DM-RULE-047
  Scenario: Three departments share a line item by their rules
    Then requests of "Token" "1.0" to "abc123" end so, one after the other:
      | department         | count | result  | used                |
      | Engineering        | 150   | granted | 150 and 0 and none  |
      | Engineering        | 1     | refused | 150 and 0 and none  |
      | Product Management | 30    | granted | 150 and 30 and none |
      | Product Marketing  | 21    | refused | 150 and 30 and none |
      | Product Marketing  | 20    | granted | 150 and 50 and none |
      | Finance            | 1     | refused | 150 and 50 and none |
      |                    | 1     | refused | 150 and 50 and none |
    And "abc123" has used 200 tokens (DM-ROA-007, DM-RULE-045)

  @DM-LI-A08 @DM-RULE-008
  Scenario: A department with a rule is granted
    When AdaByte of department "Engineering" requests 10 of "Token" "1.0"
    Then the request is granted
    And 10 tokens are charged (DM-LI-A08)

  @DM-LI-A08 @DM-RULE-008 @DM-ROA-001
  Scenario: A department without a rule is refused
    When FrankFee of department "Finance" requests 1 of "Token" "1.0"
    Then the request is refused
    And "abc123" has used 0 tokens (DM-LI-A08)

  @DM-RULE-010 @DM-RULE-008
  Scenario: Who tells nothing is in no department
    When LisaBarry requests 1 of "Token" "1.0"
    Then the request is refused

  @DM-ROA-001
  Scenario: The name of the requester does not matter
    When the client sends the access request:
      """
      {"requester": {"type": "department", "value": "Engineering"},
       "requestedItems": [{"item": "Token", "version": "1.0", "count": 1}]}
      """
    Then the request is refused

  @DM-ROA-001
  Scenario: The dictionary of the requester alone decides
    When the client sends the access request:
      """
      {"requester": {"type": "robot", "value": "Finance", "dictionary": {"department": "Engineering"}},
       "requestedItems": [{"item": "Token", "version": "1.0", "count": 1}]}
      """
    Then the request is granted

  @DM-RULE-008 @DM-RULE-047
  Scenario Outline: A requester with <dictionary> is <result>
    When PamPlan with the dictionary <dictionary> requests 1 of "Token" "1.0"
    Then the request is <result>

    Examples:
      | dictionary                                           | result  |
      | {"department": "Product Management"}                 | granted |
      | {"department": "Product Marketing"}                  | granted |
      | {"department": "Product"}                            | refused |
      | {"department": "Product Management and Engineering"} | refused |
      | {"team": "Product Management"}                       | refused |

  @DM-RULE-008
  Scenario Outline: Everybody but Sales may use the line item, <department> is <result>
    Given the administrator replaces the actions of "abc123" by:
      | condition     | action | allocation |
      | Outside sales | ALLOW  | 100        |
      |               | DENY   |            |
    When AdaByte of department "<department>" requests 1 of "Token" "1.0"
    Then the request is <result>

    Examples:
      | department  | result  |
      | Engineering | granted |
      | Sales       | refused |

  @DM-RULE-011
  Scenario Outline: All parts of AND have to hold, <dictionary> is <result>
    Given the administrator replaces the actions of "abc123" by:
      | condition    | action | allocation |
      | EU engineers | ALLOW  | 100        |
      |              | DENY   |            |
    When AdaByte with the dictionary <dictionary> requests 1 of "Token" "1.0"
    Then the request is <result>

    Examples:
      | dictionary                                    | result  |
      | {"department": "Engineering", "region": "EU"} | granted |
      | {"department": "Engineering", "region": "US"} | refused |
      | {"department": "Sales", "region": "EU"}       | refused |

  @DM-RULE-011
  Scenario Outline: One part of OR is enough, <dictionary> is <result>
    Given the administrator replaces the actions of "abc123" by:
      | condition       | action | allocation |
      | Engineers or EU | ALLOW  | 100        |
      |                 | DENY   |            |
    When AdaByte with the dictionary <dictionary> requests 1 of "Token" "1.0"
    Then the request is <result>

    Examples:
      | dictionary                                    | result  |
      | {"department": "Engineering", "region": "US"} | granted |
      | {"department": "Sales", "region": "EU"}       | granted |
      | {"department": "Sales", "region": "US"}       | refused |

  @DM-RULE-003 @DM-RULE-015
  Scenario: A changed condition holds from the next request on
    Given the administrator changes the conditions:
      | changes     | name        | key        | operator | values   |
      | Engineering | Engineering | department | IN       | Research |
    When RitaLab of department "Research" requests 10 of "Token" "1.0"
    Then the request is granted
    When AdaByte of department "Engineering" requests 10 of "Token" "1.0"
    Then the request is refused

  @DM-ROA-003 @DM-RULE-040
  Scenario: An earlier denial is not undone by a later permission
    Given the administrator replaces the actions of "abc123" by:
      | condition   | action | allocation |
      | Engineering | DENY   |            |
      |             | ALLOW  | 100        |
    When AdaByte of department "Engineering" requests 5 of "Token" "1.0"
    Then the request is refused

  @DM-ROA-003 @DM-RULE-040
  Scenario: An earlier permission is not undone by a later denial
    When AdaByte of department "Engineering" requests 5 of "Token" "1.0"
    Then the request is granted
    And the actions of "abc123" have used 5 and 0 and none

  @DM-ROA-004
  Scenario: The default action holds for all whom no other concerns
    Given the administrator replaces the actions of "abc123" by:
      | condition   | action | allocation |
      | Engineering | DENY   |            |
      |             | ALLOW  | 100        |
    When FrankFee of department "Finance" requests 5 of "Token" "1.0"
    Then the request is granted
    And the actions of "abc123" have used none and 5

  @DM-RULE-044 @DM-ROA-006
  Scenario: Who is denied one line item may use another
    Given a line item "other" of 100 tokens
    When FrankFee of department "Finance" requests 5 of "Token" "1.0"
    Then the items are answered:
      | item  | code    | tokens | line items |
      | Token | granted | 5      | other: 5   |

  @DM-RULE-042 @DM-ROA-002
  Scenario: A line item without actions is open to everybody
    Given the administrator deletes the actions of "abc123"
    When LisaBarry requests 5 of "Token" "1.0"
    Then the request is granted

  @DM-RULE-048 @DM-LI-A03
  Scenario: A permission does not wake an inactive line item
    Given the line item "abc123" becomes INACTIVE
    When AdaByte of department "Engineering" requests 1 of "Token" "1.0"
    Then the request is refused

  @DM-GEN-003
  Scenario: Rules that were made in v1.0 hold in v1.1
    Given the API is spoken in version v1.1
    When FrankFee of department "Finance" requests 1 of "Token" "1.0"
    Then the request is refused
    And the actions of "abc123" have used 0 and 0 and none
